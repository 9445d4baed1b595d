/* SPDX-License-Identifier: MIT */
/* unfinished.c - the repair of such a file says how long it will be (repair.h); here it is asked the
 * same, and changes nothing.
 *
 *   catalog   |--------------|-- newest --|
 *   disk                                  |- fresh -|- fresh.part      it never got to know those
 *   history              ####|############|#########|#####
 *
 * Of what it never got to know the names are made as the recorder makes them, second by second: they
 * may lie in any directory, and none is looked through. */
#include "daemon/capture/unfinished.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/lastpackets.h"
#include "daemon/capture/message.h"
#include "daemon/capture/pipeline.h"
#include "daemon/capture/stream.h"
#include "plugins/format/format.h"
#include "plugins/messages.h"

#define RECENT (20 * G_TIME_SPAN_SECOND) /* no burst reaches further back */
#define HEAD (8 * 1024)                  /* at most: what is ours at the begin of an MP3 file */
#define TAIL (64 * 1024)
#define LITTLE (HEAD + TAIL) /* less than this is read whole */
#define MOST 8               /* files that are looked at */
#define PART ".part"
#define SEAM (2 * G_TIME_SPAN_MILLISECOND) /* between two files: the time map moves */
#define TAIL_MIN (4 * 1024)                /* less joins nothing */
#define LIMIT (2 * G_TIME_SPAN_SECOND)
#define SPAN_MIN (5 * G_TIME_SPAN_SECOND) /* of Ogg, which is quieter at one time than at another */
#define SPAN_MAX (60 * G_TIME_SPAN_SECOND)
#define TRIES 6
#define PAUSE (50 * G_TIME_SPAN_MILLISECOND)

static const IsrUnfinishedKind kinds[] = {
  { "mp3", "audio/mpeg, mpegversion=(int)1", FALSE },
  { "aac", "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts", FALSE },
  { "opus", "application/ogg", TRUE },
  { "ogg", "application/ogg", TRUE },
  { "oga", "application/ogg", TRUE },
  { "spx", "application/ogg", TRUE },
};

static void
file_clear (gpointer data)
{
  close (((IsrUnfinishedFile *) data)->fd);
}

static void
unfinished_free (gpointer data)
{
  IsrUnfinished *self = data;

  g_array_unref (self->files);
  g_free (self->source);
  g_free (self);
}

/* --- finding --- */

static gboolean
is_recent (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && ABS (g_get_real_time () - st.st_mtim.tv_sec * G_TIME_SPAN_SECOND) < RECENT;
}

static gsize
get_size (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? (gsize) st.st_size : 0;
}

static gboolean
exists (const char *path)
{
  struct stat st;

  return lstat (path, &st) == 0 && S_ISREG (st.st_mode);
}

/* What came behind it may be in the burst: also where nothing came for long, or where it was stopped, by
 * a person or for another configuration. But not where the clock or the stream is another one now. */
static gboolean
is_to_be_continued (const IsrRecording *recording)
{
  static const char *const others[] = { ISR_CLOSE_CLOCK_STEP, ISR_CLOSE_FORMAT_CHANGE, NULL };

  return recording->recording || (recording->reason && !g_strv_contains (others, recording->reason));
}

/* FALSE: it can not be opened. */
static gboolean
take_file (IsrUnfinished *self, guint at, IsrCatalog *catalog, const IsrRecording *recording)
{
  IsrUnfinishedFile file = { isr_catalog_open_file (catalog, recording), recording->start_us, recording->end_us };
  int utc_offset;

  if (file.fd < 0)
    return FALSE;
  if (recording->recording && !isr_file_read_span (file.fd, &file.start_us, &file.end_us, &utc_offset))
    file = (IsrUnfinishedFile){ file.fd, recording->start_us, 0 };
  g_array_insert_val (self->files, at, file);
  return TRUE;
}

/* As many as it takes for something to be found in a burst. @known: IsrRecording, newest first. */
static void
add_known (IsrUnfinished *self, IsrCatalog *catalog, GPtrArray *known)
{
  gsize size = 0;

  if (!is_to_be_continued (known->pdata[0]))
    return;
  for (guint i = 0; i < known->len && size < LITTLE && take_file (self, 0, catalog, known->pdata[i]); i++)
    size = get_size (g_array_index (self->files, IsrUnfinishedFile, 0).fd);
}

static gboolean
is_known (GPtrArray *known, const char *name)
{
  for (guint i = 0; i < known->len; i++)
    if (g_str_equal (((const IsrRecording *) known->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* FALSE: nobody has that name. */
static gboolean
take_name (IsrUnfinished *self, IsrCatalog *catalog, GPtrArray *known, const char *path)
{
  g_autofree char *part = g_strconcat (path, PART, NULL);
  IsrRecording fresh = { .recording = TRUE };
  g_autofree char *name = NULL;

  if (!exists (part) && !exists (path))
    return FALSE;
  name = fresh.name = isr_message_get_name (isr_catalog_get_output_directory (catalog), path);
  if (is_known (known, name) || isr_catalog_has (catalog, name) || self->files->len >= MOST || !take_file (self, self->files->len, catalog, &fresh))
    return TRUE;
  if (!g_array_index (self->files, IsrUnfinishedFile, self->files->len - 1).start_us && !is_to_be_continued (known->pdata[0]))
    g_array_set_size (self->files, self->files->len - 1); /* where it belongs nobody can say */
  return TRUE;
}

/* Whose begin is not known stays where it is, behind all others. */
static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrUnfinishedFile *one = a, *two = b;
  gint64 first_us = one->start_us ? one->start_us : G_MAXINT64, second_us = two->start_us ? two->start_us : G_MAXINT64;

  return (first_us > second_us) - (first_us < second_us);
}

/* What was begun, and the catalog never got to know. The first file of a stream is named by the
 * begin of the burst that it got. */
static void
add_fresh (IsrUnfinished *self, IsrCatalog *catalog, GPtrArray *known, const IsrSourceConfig *config)
{
  g_autoptr (GTimeZone) zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  g_autofree char *pattern = isr_pipeline_get_location (config), *last = NULL;
  gint64 now_us = g_get_real_time (), from_us = now_us - now_us % G_TIME_SPAN_SECOND - 2 * RECENT;

  for (gint64 at_us = from_us; zone && at_us <= now_us; at_us += G_TIME_SPAN_SECOND) {
    g_autofree char *stem = isr_naming_format (pattern, config->name, zone, at_us);
    gboolean there = stem && g_strcmp0 (stem, last) != 0;

    for (guint n = 1; there; n++) {
      g_autofree char *path = isr_naming_candidate (stem, self->kind->extension, n);

      there = take_name (self, catalog, known, path);
    }
    g_free (last);
    last = g_steal_pointer (&stem);
  }
  g_array_sort (self->files, by_start);
}

/* NULL: of no kind that goes on. */
static IsrUnfinished *
unfinished_new (const IsrRecording *newest)
{
  const char *dot = strrchr (newest->name, '.');
  IsrUnfinished *self;

  for (guint i = 0; dot && i < G_N_ELEMENTS (kinds); i++) {
    if (!g_str_equal (dot + 1, kinds[i].extension))
      continue;
    self = g_new (IsrUnfinished, 1);
    *self = (IsrUnfinished){ g_strdup (newest->source), g_array_new (FALSE, FALSE, sizeof (IsrUnfinishedFile)), &kinds[i] };
    g_array_set_clear_func (self->files, file_clear);
    return self;
  }
  return NULL;
}

static IsrUnfinished *
look_at (IsrCatalog *catalog, const IsrSourceConfig *config)
{
  g_autoptr (GPtrArray) known = isr_catalog_find_last (catalog, config->name, MOST / 2);
  const IsrRecording *newest = known->len ? known->pdata[0] : NULL;
  IsrUnfinished *self = newest ? unfinished_new (newest) : NULL;

  if (!self)
    return NULL;
  add_known (self, catalog, known);
  add_fresh (self, catalog, known, config);
  if (self->files->len && is_recent (g_array_index (self->files, IsrUnfinishedFile, self->files->len - 1).fd))
    return self;
  unfinished_free (self);
  return NULL;
}

GPtrArray *
isr_unfinished_find (IsrCatalog *catalog, const IsrConfig *config)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (unfinished_free);

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];
    IsrUnfinished *unfinished = isr_stream_is_watched (source) ? look_at (catalog, source) : NULL;

    if (unfinished)
      g_ptr_array_add (all, unfinished);
  }
  return all;
}

/* --- measuring --- */

/* Reads no longer than somebody can wait. */
typedef struct {
  IsrInput parent;
  IsrInput *file;
  gint64 until_us; /* monotonic */
} Patient;

static gssize
read_in_time (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  Patient *self = (Patient *) input;

  return g_get_monotonic_time () < self->until_us ? self->file->read (self->file, offset, buffer, size) : -1;
}

static void
ignore_bytes (IsrOutput *output, GBytes *bytes)
{
}

static void
ignore_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
}

static void
ignore_size (IsrOutput *output, guint64 size)
{
}

static gboolean
ask_repair (IsrFile *file, IsrRepairResult *result)
{
  Patient input = { { read_in_time, file->input.size }, &file->input, g_get_monotonic_time () + LIMIT };
  IsrOutput nothing = { ignore_bytes, ignore_patch, ignore_size };

  return isr_repair (&input.parent, &nothing, result, NULL) && result->rate > 0 && result->samples > 0 && g_get_monotonic_time () < input.until_us;
}

/* What is gathered of one file after the other. */
typedef struct {
  GByteArray *history;    /* frames, or */
  IsrLastPackets packets; /* of Ogg */
  gint64 end_us;          /* UTC, of the last one; 0: nobody knows */
  guint64 bytes;          /* of all of them, */
  gint64 length_us;       /* and how long they play */
} Gathered;

/* Its last frames, for it is long. */
static gint64
read_tail (Gathered *self, int fd)
{
  IsrRepairResult result = { 0 };
  IsrFile file;
  guint64 begin;

  g_byte_array_set_size (self->history, 0);
  if (!isr_file_init (&file, fd) || !ask_repair (&file, &result))
    return 0;
  begin = MAX (HEAD, result.bytes - MIN (result.bytes, TAIL));
  g_byte_array_set_size (self->history, (guint) (result.bytes - MIN (result.bytes, begin)));
  if (file.input.read (&file.input, begin, self->history->data, self->history->len) != (gssize) self->history->len)
    g_byte_array_set_size (self->history, 0);
  self->bytes += result.bytes;
  return (gint64) (result.samples * 1e6 / result.rate);
}

/* The frames that came, without what stands before them for a decoder. Its length, µs. */
static gint64
read_frames (Gathered *self, int fd)
{
  g_autoptr (IsrUnpacker) unpacker = NULL;
  g_auto (IsrUnpacked) frame = { 0 };
  guint64 samples = 0;
  IsrFile file;

  if (!isr_file_init (&file, fd) || !(unpacker = isr_unpacker_new (&file.input, NULL)))
    return 0;
  isr_unpacker_seek_start (unpacker);
  for (; isr_unpacker_next (unpacker, &frame); isr_unpacked_clear (&frame)) {
    if (frame.position < 0)
      continue;
    g_byte_array_append (self->history, g_bytes_get_data (frame.bytes, NULL), (guint) g_bytes_get_size (frame.bytes));
    self->bytes += g_bytes_get_size (frame.bytes);
    samples += frame.samples;
  }
  return (gint64) (samples * 1e6 / MAX (isr_unpacker_get_rate (unpacker), 1));
}

/* The file is mended meanwhile, in place: a page that was read while it was written is none. FALSE:
 * what is read is not what was measured. */
static gboolean
read_as_measured (Gathered *self, IsrFile *file, const IsrRepairResult *result)
{
  gint64 byte_rate = (gint64) (result->bytes * result->rate / MAX (result->samples, 1));
  gint64 span_us = CLAMP ((gint64) (TAIL * 2e6 / MAX (byte_rate, 1)), SPAN_MIN, SPAN_MAX);

  return isr_last_packets_read (&self->packets, &file->input, (guint64) span_us * result->rate / G_USEC_PER_SEC) == result->samples;
}

static gint64
read_packets (Gathered *self, int fd)
{
  IsrRepairResult result = { 0 };
  guint before = self->packets.packets->len;
  gboolean sound = FALSE;
  IsrFile file;

  for (guint i = 0; !sound && i < TRIES; i++) {
    if (i > 0)
      g_usleep (PAUSE);
    g_ptr_array_set_size (self->packets.packets, (gint) MIN (before, self->packets.packets->len));
    if (!isr_file_init (&file, fd) || !ask_repair (&file, &result))
      return 0;
    sound = read_as_measured (self, &file, &result);
  }
  self->bytes += result.bytes;
  return (gint64) (result.samples * 1e6 / result.rate);
}

static void
forget (Gathered *self)
{
  g_byte_array_set_size (self->history, 0);
  g_ptr_array_set_size (self->packets.packets, 0);
}

static gint64
read_file (Gathered *self, int fd, gboolean ogg)
{
  if (ogg)
    return read_packets (self, fd);
  return get_size (fd) < LITTLE ? read_frames (self, fd) : read_tail (self, fd);
}

/* Where it does not go on, what came before is no history of it. */
static void
gather_file (Gathered *self, const IsrUnfinishedFile *file, gboolean ogg)
{
  gint64 length_us;

  if (file->start_us && ABS (file->start_us - self->end_us) > SEAM) {
    forget (self);
    self->end_us = file->start_us;
  }
  length_us = read_file (self, file->fd, ogg);
  self->length_us += length_us;
  if (file->end_us)
    self->end_us = file->end_us;
  else if (self->end_us)
    self->end_us += length_us;
}

/* When the last of it came: a file whose first second came late lies a little ahead of the clock. */
static gint64
get_arrival_us (const Gathered *self)
{
  return MIN (self->end_us, g_get_real_time ());
}

static IsrHandover *
hand_over (const Gathered *self, const IsrSourceConfig *config, const IsrUnfinishedKind *kind)
{
  g_autoptr (GBytes) bytes = g_bytes_new (self->history->data, self->history->len);
  GstStructure *history = gst_structure_new (ISR_HISTORY, "media-type", G_TYPE_STRING, kind->type,
      "byte-rate", G_TYPE_UINT, (guint) (self->bytes * 1e6 / MAX (self->length_us, 1)), "utc-us", G_TYPE_INT64, get_arrival_us (self), NULL);

  if (kind->ogg) {
    isr_handover_put_array (history, "heads", self->packets.headers);
    isr_handover_put_array (history, "packets", self->packets.packets);
  } else {
    gst_structure_set (history, "bytes", G_TYPE_BYTES, bytes, NULL);
  }
  return isr_handover_new (config, history, self->end_us);
}

IsrHandover *
isr_unfinished_measure (const IsrUnfinished *self, const IsrSourceConfig *config)
{
  g_autoptr (GByteArray) history = g_byte_array_new ();
  Gathered gathered = { .history = history };
  IsrHandover *handover = NULL;

  isr_last_packets_init (&gathered.packets);
  for (guint i = 0; i < self->files->len; i++)
    gather_file (&gathered, &g_array_index (self->files, IsrUnfinishedFile, i), self->kind->ogg);
  isr_last_packets_shorten (&gathered.packets);
  if (gathered.end_us && (history->len > TAIL_MIN || gathered.packets.packets->len))
    handover = hand_over (&gathered, config, self->kind);
  isr_last_packets_clear (&gathered.packets);
  return handover;
}
