/* SPDX-License-Identifier: MIT */
/* messages.h - every bus message and custom event of ISR's elements: names,
 * fields, version. This is the contract with the daemon and with every other
 * application that embeds the elements.
 *
 * All are GST_MESSAGE_ELEMENT with the element as source; each carries
 *
 *     version   guint   ISR_MESSAGE_VERSION. A field may be added without a new
 *                       version; one that is removed or changes its meaning
 *                       raises it.
 *
 * Times named *-utc-us are gint64, microseconds since 1970-01-01T00:00:00Z, and
 * never in any zone. A "position" is stream time: nanoseconds of audio since the
 * run of the element began, counted in samples, never taken from timestamps.
 *
 * isr-file-opened: a file has been created and takes audio from here on.
 *     location      string   the final name; until the file is closed it is
 *                            location + ".part"
 *     start-utc-us  gint64   UTC of the first sample
 *     utc-offset    gint     seconds east of UTC in the element's zone, at start
 *     clock         string   how UTC was found: "given", "capture", "arrival",
 *                            "counted"
 *     unsynced      gboolean the clock has not been set since boot (no battery clock, no
 *                            network yet): name and UTC are provisional until
 *                            isr-file-renamed
 *     position      guint64  stream time of the first sample, ns
 *     warm-up       guint64  first samples that can not be decoded exactly, for
 *                            want of what came before; 0 where the file is exact
 *     rate          guint    samples per second
 *     channels      guint    0 where the container does not say
 *     format        string   extension of the file: "wav", "flac", "mp3", ...
 *
 * isr-file-closed: the file is complete, on the medium and has its name
 *     (with reason "disk" or "error" it keeps the suffix ".part").
 *     location      string   the name it has now
 *     start-utc-us  gint64   UTC of the first sample
 *     end-utc-us    gint64   UTC of the end of the last sample
 *     position      guint64  stream time of the first sample, ns
 *     samples       guint64  samples that a player plays; with reason "disk" those
 *                            that reached the disk: with 0 of them the file is gone
 *     rate          guint    samples per second
 *     bytes         guint64  size of the file
 *     reason        string   why it ended, ISR_CLOSE_*
 *     cause         string   with reason "gap" only, if known: ISR_GAP_*
 *     unsynced      gboolean as in isr-file-opened
 *
 * isr-file-renamed: time has arrived, and a file that was closed with "unsynced" has
 *     got its true times and the name that goes with them. Comes after
 *     its isr-file-closed. The latest 1000 files of a run get it, unless they were
 *     taken away meanwhile; a file that can not be renamed keeps its name and has
 *     none. What the file itself says about its time stays as it was written.
 *     location      string   the name it had
 *     new-location  string   the name it has now; the same when the pattern has no time
 *     start-utc-us  gint64   true UTC of the first sample
 *     end-utc-us    gint64   true UTC of the end of the last sample
 *     utc-offset    gint     seconds east of UTC in the element's zone, at start
 *
 * isr-disk: writing failed, or works again.
 *     state         string   "failed": audio is held in memory, then dropped and
 *                            counted; "recovered": recording went on
 *     location      string   the path that could not be written
 *     errno         gint     of the failed call; ETIMEDOUT where none failed but the
 *                            disk is too slow; 0 when recovered
 *     detail        string   what failed, in words
 *     lost          guint64  ns of audio that were dropped so far
 *     written-utc-us gint64  with "failed", while a file is being written: UTC up to which its
 *                            audio is on the disk
 *
 * isr-stream: the connection of isrhttpsrc changed. Audio goes on without a seam
 *     unless the reason says otherwise.
 *     state         string   "connecting"; "streaming": audio arrives; "waiting": the
 *                            next try is due in retry-in; "failed": given up, an error
 *                            follows; "stopped"
 *     reason        string   why, ISR_STREAM_*, or "http-<status>" for a status that
 *                            has no name of its own
 *     detail        string   one sentence for people: which address, what happened.
 *                            Never holds a password
 *     retry-in      guint64  ns until the next try; 0 in all other states
 *
 * isr-level (isrloudness): the windows of 100 ms since the last one, once a second of
 *     audio, and what is left when a run ends. A run is unbroken audio; after a gap, a
 *     flush, other caps, another mode or weighting the next one begins at window 0. All
 *     levels are gint16, native byte order, centi-dB re full scale, of the loudest
 *     channel, at least -12000, one a window.
 *     run           guint    number of the run, from 0 on
 *     run-position  guint64  stream time of the first sample of the run, ns
 *     first-window  guint64  number of the first window in the run
 *     position      guint64  stream time of its first sample, ns; it goes on over runs
 *     levels        GBytes   power without DC: what mode "adaptive" goes by; weighted
 *                            if a weighting is set
 *     raw           GBytes   power with DC: what mode "blocks" goes by; weighted likewise
 *     peaks         GBytes   largest magnitude, never weighted
 *     floors        GBytes   reference that a section must exceed by the margin, by what
 *                            has been heard so far (floor and what restless ambience adds);
 *                            -32768 where there is none: in the first second, in mode
 *                            "blocks"
 *     channels      GBytes   one a channel: levels of its loudest window here
 *
 * isr-event (isrloudness): a loud section begins, was none, or is final. With mode
 *     "adaptive" a section is final 17 s after its end, with reason "floor" or "long"
 *     up to 317 s. A section can end that was never announced.
 *     run, run-position      as in isr-level
 *     id            guint64  the same in all messages of one section, from 1 on
 *     state         string   ISR_LOUD_*
 *     start, end    guint64  stream time, ns; with "started" the first window
 *     start-window, end-window   guint64  the same as windows [start, end) of the run
 *     score         gint     loudest window above the reference, centi-dB
 *     peak          gint     level of the loudest window, centi-dB
 *     floor         gint     reference at the window of the score, centi-dB
 *     reason        string   why it ended: "level" (it went down), "floor" (the floor
 *                            came up: the sound stayed), "long" (the floor came up, the
 *                            sound ended later), "eos" (the run ended first); with
 *                            other states than "ended" without meaning
 *
 * isr-title: the stream names what is heard from here on (ICY StreamTitle, the
 *     comments of an Ogg link); posted when it differs from the one before, as soon
 *     as its time is known. GST_MESSAGE_TAG tells the same without a time.
 *     title         string   as it was sent, UTF-8; ICY has "artist - title" in it
 *     artist        string   only where the stream tells it apart
 *     position      guint64  stream time from which on it holds, ns
 *     start-utc-us  gint64   UTC of that
 */
#pragma once

#define ISR_MESSAGE_VERSION 1

#define ISR_MESSAGE_FILE_OPENED "isr-file-opened"
#define ISR_MESSAGE_FILE_CLOSED "isr-file-closed"
#define ISR_MESSAGE_FILE_RENAMED "isr-file-renamed"
#define ISR_MESSAGE_DISK "isr-disk"
#define ISR_MESSAGE_STREAM "isr-stream"
#define ISR_MESSAGE_LEVEL "isr-level"
#define ISR_MESSAGE_EVENT "isr-event"

/* isr-stream: reason */
#define ISR_STREAM_STARTING "starting"                /* connecting: the first time */
#define ISR_STREAM_RETRYING "retrying"                /* connecting: again */
#define ISR_STREAM_REDIRECTED "redirected"            /* connecting: the server names another address */
#define ISR_STREAM_PLAYLIST "playlist"                /* connecting: the address was that of a playlist */
#define ISR_STREAM_CONNECTED "connected"              /* streaming: the first time */
#define ISR_STREAM_REJOINED "rejoined"                /* streaming: joined at the exact byte, nothing missing, nothing twice */
#define ISR_STREAM_APPROXIMATE "rejoined-approximate" /* streaming: the join is by the clock, what was sent repeats itself */
#define ISR_STREAM_GAP "gap"                          /* streaming: audio is missing; isr-gap was sent before it */
#define ISR_STREAM_NOT_CONTINUED "not-continued"      /* streaming: the first time, and nothing of it goes on where another run ended (property "history") */
#define ISR_STREAM_REFUSED "refused"                  /* waiting, failed: nothing listens there */
#define ISR_STREAM_DNS "dns"                          /* ... the name is not known */
#define ISR_STREAM_UNREACHABLE "unreachable"          /* ... no way leads there */
#define ISR_STREAM_TIMEOUT "timeout"                  /* ... no answer in time */
#define ISR_STREAM_TLS "tls"                          /* ... no secure connection */
#define ISR_STREAM_UNAUTHORIZED "unauthorized"        /* ... user or password is wrong or missing (401, 403, 407) */
#define ISR_STREAM_NOT_FOUND "not-found"              /* ... no such mount now (404, 410) */
#define ISR_STREAM_UNAVAILABLE "unavailable"          /* ... the server can not serve now (5xx), or answers no HTTP */
#define ISR_STREAM_REDIRECT_LOOP "redirect-loop"
#define ISR_STREAM_NOT_AUDIO "not-audio" /* ... a web page or the like */
#define ISR_STREAM_STALLED "stalled"     /* ... connected, but too little came for stall-timeout */
#define ISR_STREAM_DROPPED "dropped"     /* ... the connection ended or broke */
#define ISR_STREAM_STOPPED "stopped"
#define ISR_MESSAGE_TITLE "isr-title"

/* isr-file-closed: reason */
#define ISR_CLOSE_BOUNDARY "boundary"           /* the clock said so */
#define ISR_CLOSE_REQUESTED "requested"         /* split-now */
#define ISR_CLOSE_GAP "gap"                     /* audio is missing after this file */
#define ISR_CLOSE_CLOCK_STEP "clock-step"       /* the wall clock was set */
#define ISR_CLOSE_FORMAT_CHANGE "format-change" /* the stream goes on in another set-up */
#define ISR_CLOSE_EOS "eos"                     /* the stream ended */
#define ISR_CLOSE_STOP "stop"                   /* the element was stopped */
#define ISR_CLOSE_DISK "disk"                   /* it could not be written any more */
#define ISR_CLOSE_ERROR "error"                 /* the stream became unusable */

/* isr-file-closed: cause of a gap */
#define ISR_GAP_DISCONNECTED "disconnected"
#define ISR_GAP_STALLED "stalled"
#define ISR_GAP_SOURCE "source"       /* the source itself says that audio is missing */
#define ISR_GAP_OVERRUN "overrun"     /* the sound card was not read in time */
#define ISR_GAP_DISK "disk"           /* the disk was too slow or full */
#define ISR_GAP_SUSPENDED "suspended" /* the machine slept */

/* isr-event: state */
#define ISR_LOUD_STARTED "started"     /* announced with the window itself */
#define ISR_LOUD_CANCELLED "cancelled" /* taken back: no section, or part of another */
#define ISR_LOUD_ENDED "ended"         /* final */

/* GstReferenceTimestampMeta of a raw buffer with these caps: when its first sample was heard, ns of
 * CLOCK_MONOTONIC. isrsplitsink then asks no clock. The clock of a sound card is its driver: who asks
 * it while it hangs hangs, too, and with him the file. */
#define ISR_HEARD_CAPS "timestamp/x-monotonic"

/* Custom serialized downstream event: audio is missing from here on; the open
 * file is closed, the next one begins with the next buffer.
 *     cause   string   ISR_GAP_*
 *     since   gint64   optional: UTC µs at which the last audio before it arrived
 *     pending boolean  optional: nothing comes for long, and nothing is known to be missing. What
 *                      comes next goes on exactly, unless another one, without this, comes first */
#define ISR_EVENT_GAP "isr-gap"
/* Of its structure. */
#define ISR_GAP_IS_PENDING(s) (gst_structure_has_field_typed ((s), "pending", G_TYPE_BOOLEAN) && g_value_get_boolean (gst_structure_get_value ((s), "pending")))

/* Custom serialized downstream event of isrhttpsrc, before the first buffer: the bytes that follow
 * go on exactly where another run ended (its property "history").
 *     lead    GBytes   what that run passed on last, behind the head that is in force: whoever takes
 *                      the stream up here can make a torn frame whole with it, and warm a decoder.
 *                      Nothing of it is new
 *     known   guint    optional, Ogg: so many packets that end behind the lead are not new either: on
 *                      the page that follows known and new ones end
 *     since   gint64   UTC µs at which the last byte of it came, by the clock as it is now */
#define ISR_EVENT_RESUME "isr-resume"

/* Inside isrsplitsink, around the buffers that the lead is made into: none of them is recorded.
 *     begin   boolean
 *     known   guint    with the end: as in isr-resume. The lead goes on for so many packets
 *     since   gint64   as in isr-resume */
#define ISR_EVENT_LEAD "isr-lead"

/* The structure of isrhttpsrc's property "history": what was passed on last.
 *     bytes       GBytes   the last ones; 4 KiB are enough, more of them join more surely
 *     heads       array of GBytes   heads of Ogg links, of native FLAC, ID3v2, oldest first; may be
 *                          left out where the stream has none
 *     packets     array of GBytes   instead of bytes, for Ogg of which only a file of isrsplitsink is
 *                          left, with pages of its own: its last packets, oldest first, 4 KiB at
 *                          least; heads are its header packets then
 *     media-type  string   caps of the element
 *     byte-rate   guint    bytes per second; 0: not known
 *     utc-us      gint64   when the last byte came, UTC
 *     boot-us     gint64   the same by CLOCK_BOOTTIME; 0: not known */
#define ISR_HISTORY "isr-history"

/* Custom upstream event of isrsplitsink: its recording is broken here (a gap, a disk that
 * could not take all, a clock that was set), which upstream may not know. isrloudness
 * begins a new run with its next buffer, and keeps the event. */
#define ISR_EVENT_NEW_RUN "isr-new-run"
