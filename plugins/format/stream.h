/* SPDX-License-Identifier: MIT */
/* stream.h - one encoded or raw stream in, many files out.
 *
 *     bytes ---> IsrStream ---> packets ---> IsrWriter ---> IsrOutput
 *                headers, primer             one file
 *
 * An IsrStream lives as long as the unbroken run of a source. It takes the
 * bytes apart into packets (raw audio: any number of sample frames), counts
 * their samples, and remembers what a file that begins in the middle needs:
 * stream headers, the packets before the cut. An IsrWriter is one file: it is
 * opened by the stream between two packets, is given packets in order, and is
 * closed once. At most one writer of a stream is open at a time.
 *
 * Nothing here reads a clock, touches a file or knows GStreamer. Not
 * thread-safe: a stream and its writer belong to one thread. */
#pragma once

#include "plugins/format/output.h"

G_BEGIN_DECLS

#define ISR_FORMAT_ERROR (isr_format_error_quark ())
GQuark isr_format_error_quark (void);

typedef enum {
  ISR_FORMAT_ERROR_UNSUPPORTED, /* well-formed, but nothing that we record */
  ISR_FORMAT_ERROR_INVALID,     /* not what it claims to be */
  ISR_FORMAT_ERROR_EMPTY,       /* what it claims to be, without anything that could be heard */
} IsrFormatError;

typedef struct _IsrStream IsrStream;
typedef struct _IsrWriter IsrWriter;

typedef enum {
  ISR_PACKET_NEW_FILE = 1 << 0, /* the set-up changed: only a new file can hold this packet */
  ISR_PACKET_TAGS = 1 << 1,     /* isr_stream_get_tags() changed with this packet */
  ISR_PACKET_GAP = 1 << 2,      /* the stream itself says that packets are missing before this one */
  ISR_PACKET_SEAM = 1 << 3,     /* Ogg: another link of equal set-up begins here. A cut here is exact, even if the
                                 * packet has no samples; what no cut adds, isr_writer_write() says */
} IsrPacketFlags;

/* One packet; for raw audio a run of sample frames. */
typedef struct {
  GBytes *bytes;
  guint64 samples; /* what the source plays of it, at isr_stream_get_rate() */
  IsrPacketFlags flags;
  guint64 trim; /* Ogg: samples that the end of its link takes off it, not in samples; else 0 */
} IsrPacket;

void isr_packet_clear (IsrPacket *self);

/* What is known of a file when it is opened. */
typedef struct {
  const char *source;       /* name of the source, or NULL */
  const char *software;     /* "isr 0.1.0"; NULL writes none */
  gint64 start_us;          /* UTC of the first sample, µs since the epoch */
  int utc_offset;           /* seconds east of UTC at start_us, in the recording's zone */
  guint64 expected_samples; /* how long the file is meant to be; 0 = unknown. Sizes reserved tables */
} IsrFileInfo;

typedef struct {
  guint64 samples; /* played by a decoder that honours the container: primers excluded */
  guint64 bytes;   /* size of the file */
} IsrFileTotals;

/* --- streams ------------------------------------------------------------ */

/* Little-endian interleaved samples; 24 bit packed or in the low bytes of 32. */
typedef enum {
  ISR_SAMPLE_S16,
  ISR_SAMPLE_S24,
  ISR_SAMPLE_S24_32,
  ISR_SAMPLE_S32,
  ISR_SAMPLE_F32,
} IsrSampleFormat;

typedef struct {
  IsrSampleFormat format;
  guint rate;           /* Hz */
  guint channels;       /* 1-64 for WAV, 1-8 for FLAC */
  guint64 channel_mask; /* WAVEFORMATEXTENSIBLE / GstAudio positions; 0 = none stated */
} IsrPcm;

guint isr_pcm_get_frame_size (const IsrPcm *self);

IsrStream *isr_stream_new_wav (const IsrPcm *pcm);
IsrStream *isr_stream_new_flac_encoder (const IsrPcm *pcm, GError **error);
IsrStream *isr_stream_new_mp3 (void);
IsrStream *isr_stream_new_adts (void);
IsrStream *isr_stream_new_flac (void);
IsrStream *isr_stream_new_ogg (void);

void isr_stream_free (IsrStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrStream, isr_stream_free)

/* A second stream for the bytes that follow, to look ahead with: it knows the headers that
 * came so far, and nothing else. NULL: the format needs none, any new stream does. */
IsrStream *isr_stream_new_alike (IsrStream *self);

/* Takes the next bytes of the input: whole sample frames for raw audio, one
 * frame (or one header) a call for MP3, ADTS and native FLAC, which come from
 * a parser; any bytes for Ogg. */
void isr_stream_push (IsrStream *self, GBytes *bytes);

/* The next packet that is complete, to be cleared by the caller. FALSE without
 * an error: push more. FALSE with an error: the input is unusable from here;
 * ISR_FORMAT_ERROR. */
gboolean isr_stream_next (IsrStream *self, IsrPacket *packet, GError **error);

/* The input ends here: what is complete is handed out by isr_stream_next(),
 * the rest of a torn packet is dropped. */
void isr_stream_drain (IsrStream *self);

/* The input is interrupted here: forgets half packets and primers, keeps the
 * headers. The file that is open is to be closed before. */
void isr_stream_discont (IsrStream *self);

/* Samples per second that packets count in; 0 before the first packet. */
guint isr_stream_get_rate (IsrStream *self);

/* Channels of the last packet; 0: the caller knows better. */
guint isr_stream_get_channels (IsrStream *self);

/* Samples, from the first one of the packet handed out last on, that a decoder gives for
 * it and what follows it, but which the stream says are not to be played: the encoder's
 * delay that an MP3's Info frame tells. No packet counts them. */
guint isr_stream_get_unplayed (IsrStream *self);

/* Bytes per sample frame of raw audio, which can be cut anywhere with
 * isr_packet_take(); 0 for packets that can not be cut. */
guint isr_stream_get_frame_size (IsrStream *self);

/* Extension of the files, without a dot: "wav", "flac", "mp3", "aac", "opus",
 * "ogg", "oga", "spx". Valid once a packet was handed out. */
const char *isr_stream_get_extension (IsrStream *self);

/* "KEY=value" comments of the source stream (Vorbis comments), or NULL. Borrowed,
 * valid until the next call on the stream. */
const char *const *isr_stream_get_tags (IsrStream *self);

/* Moves the first @samples sample frames of a raw @packet into @head. */
void isr_packet_take (IsrPacket *packet, guint frame_size, guint64 samples, IsrPacket *head);

/* --- writers ------------------------------------------------------------ */

/* Opens a file that begins with the packet handed out last: writes its header, and
 * a primer out of what was handed out before that. Raw audio and native FLAC can
 * be opened before any packet, too, and then begin with the first one; the other
 * formats (Ogg surely: only its packets say which codec it is) must have handed
 * one out. @output and what @info points to must outlive the writer. */
IsrWriter *isr_stream_open (IsrStream *self, IsrOutput *output, const IsrFileInfo *info);

/* Puts the packet behind those before. Returns the samples that the file plays
 * longer by now: @packet's own, but where two Ogg links are joined within a file
 * (ISR_PACKET_SEAM) also what only the joint makes audible, at most some tens of
 * ms: the trimmed end of the old link, the pre-skip or look-ahead of the new one,
 * and for Vorbis the overlap of the two packets that meet. The sum of these is
 * the file's total: who counts time by it stays true to the audio in the files. */
guint64 isr_writer_write (IsrWriter *self, const IsrPacket *packet);

/* Makes header and totals true for what was written so far, as far as the
 * format can: called at every sync-interval. */
void isr_writer_refresh (IsrWriter *self);

/* Samples at the start of this file that a decoder can not reproduce exactly,
 * for want of a primer: MP3 joined in the middle (grows over the first frames, when
 * these turn out to reach back into what was not heard), MPEG Layers I and II,
 * AAC in ADTS; 0 where the file is exact. */
guint64 isr_writer_get_warm_up (IsrWriter *self);

/* Finishes the file (tables, totals), fills @totals, frees the writer. */
void isr_writer_close (IsrWriter *self, IsrFileTotals *totals);

/* The header of a WAV file whose length is known before its samples are: what follows is
 * @samples sample frames (24 bit packed), and a zero byte if that is an odd number of bytes. */
GBytes *isr_wav_header_new (const IsrPcm *pcm, guint64 samples, const IsrFileInfo *info);

G_END_DECLS
