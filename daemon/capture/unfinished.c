/* SPDX-License-Identifier: MIT */
/* unfinished.c - the repair of such a file says how long it will be (repair.h); here it is asked the
 * same, and changes nothing. */
#include "daemon/capture/unfinished.h"

#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/stream.h"
#include "plugins/format/format.h"
#include "plugins/messages.h"

#define RECENT (20 * G_TIME_SPAN_SECOND) /* no burst reaches further back */
#define HEAD (8 * 1024)                  /* at most: what is ours at the begin of an MP3 file */
#define TAIL (64 * 1024)
#define TAIL_MIN (4 * 1024) /* less joins nothing */
#define LIMIT (2 * G_TIME_SPAN_SECOND)

static void
unfinished_free (gpointer data)
{
  IsrUnfinished *self = data;

  close (self->fd);
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

static IsrUnfinished *
look_at (IsrCatalog *catalog, const char *name)
{
  g_autoptr (IsrRecording) recording = isr_catalog_find_left_behind (catalog, name);
  gboolean aac = recording && g_str_has_suffix (recording->name, ".aac");
  IsrUnfinished *self;
  int fd;

  if (!recording || !(aac || g_str_has_suffix (recording->name, ".mp3")))
    return NULL;
  fd = isr_catalog_open_file (catalog, recording);
  if (fd < 0 || !is_recent (fd)) {
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  self = g_new (IsrUnfinished, 1);
  *self = (IsrUnfinished){ g_strdup (name), fd, recording->start_us, aac };
  return self;
}

GPtrArray *
isr_unfinished_find (IsrCatalog *catalog, const IsrConfig *config)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (unfinished_free);

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];
    IsrUnfinished *unfinished = isr_stream_is_watched (source) ? look_at (catalog, source->name) : NULL;

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

static GBytes *
read_tail (IsrFile *file, guint64 end)
{
  guint64 begin = MAX (HEAD, end - MIN (end, TAIL));
  gsize size = end > begin + TAIL_MIN ? (gsize) (end - begin) : 0;
  g_autofree guint8 *data = g_malloc (size);

  if (!size || file->input.read (&file->input, begin, data, size) != (gssize) size)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

IsrHandover *
isr_unfinished_measure (const IsrUnfinished *self, const IsrSourceConfig *config)
{
  g_autoptr (GBytes) tail = NULL;
  IsrRepairResult result;
  IsrFile file;
  gint64 length_us;

  if (!isr_file_init (&file, self->fd) || !ask_repair (&file, &result) || !(tail = read_tail (&file, result.bytes)))
    return NULL;
  length_us = (gint64) (result.samples * 1e6 / result.rate);
  return isr_handover_new (config,
      gst_structure_new (ISR_HISTORY, "bytes", G_TYPE_BYTES, tail,
          "media-type", G_TYPE_STRING, self->aac ? "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts" : "audio/mpeg, mpegversion=(int)1",
          "byte-rate", G_TYPE_UINT, (guint) (result.bytes * 1e6 / MAX (length_us, 1)),
          "utc-us", G_TYPE_INT64, self->start_us + length_us, NULL),
      self->start_us + length_us);
}
