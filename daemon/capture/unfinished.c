/* SPDX-License-Identifier: MIT */
/* unfinished.c - the repair of such a file says how long it will be (repair.h); here it is asked the
 * same, and changes nothing. */
#include "daemon/capture/unfinished.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/stream.h"
#include "plugins/format/format.h"
#include "plugins/messages.h"

#define RECENT (20 * G_TIME_SPAN_SECOND) /* no burst reaches further back */
#define HEAD (8 * 1024)                  /* at most: what is ours at the begin of an MP3 file */
#define TAIL (64 * 1024)
#define PART ".part"
#define SHORTEST (50 * G_TIME_SPAN_MILLISECOND) /* of files */
#define SEAM (2 * G_TIME_SPAN_MILLISECOND)      /* between two of them: the time map moves */
#define TAIL_MIN (4 * 1024)                     /* less joins nothing */
#define LIMIT (2 * G_TIME_SPAN_SECOND)

static void
close_it (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
unfinished_free (gpointer data)
{
  IsrUnfinished *self = data;

  close_it (&self->fd);
  close_it (&self->next);
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

/* As the pattern makes it at another time. */
static gboolean
is_alike (const char *one, const char *other)
{
  for (; *one && *other; one++, other++)
    if (*one != *other && !(g_ascii_isdigit (*one) && g_ascii_isdigit (*other)))
      return FALSE;
  return *one == *other;
}

/* What was begun behind @recording, and the catalog never got to know; -1: nothing, or nobody can
 * say which. */
static int
open_next (IsrCatalog *catalog, const IsrRecording *recording)
{
  g_autofree char *path = g_build_filename (isr_catalog_get_output_directory (catalog), recording->name, NULL);
  g_autofree char *directory = g_path_get_dirname (path), *base = g_path_get_basename (path), *alike = g_strconcat (base, PART, NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (is_alike (name, alike)) {
      if (found)
        return -1;
      found = g_build_filename (directory, name, NULL);
    }
  return found ? open (found, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
}

/* The one before @recording, which goes on where that ends; NULL: none. */
static IsrRecording *
find_before (IsrCatalog *catalog, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) before = isr_catalog_find_at (catalog, recording->source, recording->start_us - SHORTEST);

  if (!before || before->recording || ABS (before->end_us - recording->start_us) > SEAM)
    return NULL;
  return g_steal_pointer (&before);
}

/* It ended for the next one to go on. */
static gboolean
is_to_be_continued (const IsrRecording *recording)
{
  return g_strcmp0 (recording->reason, ISR_CLOSE_BOUNDARY) == 0 || g_strcmp0 (recording->reason, ISR_CLOSE_REQUESTED) == 0;
}

static gboolean
is_complete (IsrCatalog *catalog, const IsrRecording *recording)
{
  g_autofree char *path = isr_catalog_get_path (catalog, recording);

  return !g_str_has_suffix (path, PART);
}

/* What ended last, and what it was that goes on behind it, if it is known. */
static void
open_both (IsrUnfinished *self, IsrCatalog *catalog, const IsrRecording *newest, gboolean left_behind)
{
  g_autoptr (IsrRecording) before = NULL;

  self->fd = isr_catalog_open_file (catalog, newest);
  self->start_us = newest->start_us;
  self->end_us = left_behind ? 0 : newest->end_us;
  if (!left_behind || is_complete (catalog, newest)) {
    self->next = open_next (catalog, newest);
  } else if (get_size (self->fd) < HEAD + TAIL && (before = find_before (catalog, newest))) {
    self->next = self->fd;
    self->fd = isr_catalog_open_file (catalog, before);
    self->start_us = before->start_us;
    self->end_us = before->end_us;
  }
}

static IsrUnfinished *
look_at (IsrCatalog *catalog, const char *name)
{
  gboolean left_behind = FALSE;
  g_autoptr (IsrRecording) newest = isr_catalog_find_newest (catalog, name, &left_behind);
  gboolean aac = newest && g_str_has_suffix (newest->name, ".aac");
  IsrUnfinished *self;

  if (!newest || !(aac || g_str_has_suffix (newest->name, ".mp3")) || !(left_behind || is_to_be_continued (newest)))
    return NULL;
  self = g_new (IsrUnfinished, 1);
  *self = (IsrUnfinished){ g_strdup (name), -1, -1, 0, 0, aac };
  open_both (self, catalog, newest, left_behind);
  if (self->fd >= 0 && is_recent (self->next >= 0 ? self->next : self->fd))
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

static void
read_tail (IsrFile *file, guint64 end, GByteArray *history)
{
  guint64 begin = MAX (HEAD, end - MIN (end, TAIL));
  gsize size = end > begin + TAIL_MIN ? (gsize) (end - begin) : 0;

  g_byte_array_set_size (history, (guint) size);
  if (size && file->input.read (&file->input, begin, history->data, size) != (gssize) size)
    g_byte_array_set_size (history, 0);
}

/* The frames that came, without what stands before them for a decoder. Its length, µs. */
static gint64
read_frames (int fd, GByteArray *history)
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
    g_byte_array_append (history, g_bytes_get_data (frame.bytes, NULL), (guint) g_bytes_get_size (frame.bytes));
    samples += frame.samples;
  }
  return (gint64) (samples * 1e6 / MAX (isr_unpacker_get_rate (unpacker), 1));
}

IsrHandover *
isr_unfinished_measure (const IsrUnfinished *self, const IsrSourceConfig *config)
{
  g_autoptr (GByteArray) history = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  IsrRepairResult result;
  IsrFile file;
  gint64 length_us, end_us;

  if (!isr_file_init (&file, self->fd) || !ask_repair (&file, &result))
    return NULL;
  read_tail (&file, result.bytes, history);
  if (!history->len)
    return NULL;
  length_us = (gint64) (result.samples * 1e6 / result.rate);
  end_us = self->end_us ? self->end_us : self->start_us + length_us;
  if (self->next >= 0)
    end_us += read_frames (self->next, history);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&history));
  return isr_handover_new (config,
      gst_structure_new (ISR_HISTORY, "bytes", G_TYPE_BYTES, bytes,
          "media-type", G_TYPE_STRING, self->aac ? "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts" : "audio/mpeg, mpegversion=(int)1",
          "byte-rate", G_TYPE_UINT, (guint) (result.bytes * 1e6 / MAX (length_us, 1)),
          "utc-us", G_TYPE_INT64, end_us, NULL),
      end_us);
}
