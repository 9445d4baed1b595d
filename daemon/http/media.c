/* SPDX-License-Identifier: MIT */
/* media.c - /stream/<name> and /download/<name>: the bytes of a recording.
 *
 * The name is looked up in the catalog, whose answer alone leads to a path: no
 * request can name a file. What is still being written is sent as long as it is
 * now, under the URL that it keeps: an open file does not mind being renamed. Its
 * header is made to say, in the answer alone, how long it is now. */
#define G_LOG_DOMAIN "isr-media"

#include "daemon/archive/scan.h"
#include "daemon/http/handlers.h"
#include "daemon/http/send.h"
#include "plugins/format/format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between the answer and open() the file may get its final name: once more. */
static int
open_recording (IsrCatalog *catalog, const IsrRecording *recording)
{
  int fd = -1;

  for (int attempt = 0; fd < 0 && attempt < 2; attempt++) {
    g_autofree char *path = isr_catalog_get_path (catalog, recording);

    fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
      g_message ("%s: can not be opened: %s", path, g_strerror (errno));
  }
  return fd;
}

static char *
make_etag (const struct stat *st)
{
  return g_strdup_printf ("\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%lx\"", (gint64) st->st_size, (gint64) st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static void
send_recording (const IsrRequest *request, const IsrRecording *recording, int fd, const struct stat *st, gboolean attachment)
{
  const char *slash = strrchr (recording->name, '/');
  const char *type = isr_audio_content_type (recording->name);
  g_autofree char *etag = recording->recording ? NULL : make_etag (st);
  g_autoptr (GBytes) head = NULL;
  IsrFile file;
  IsrSendable what = {
    .fd = fd,
    .size = (guint64) st->st_size,
    .mtime = st->st_mtim.tv_sec,
    .etag = etag,
    .type = type ? type : "application/octet-stream",
    .name = slash ? slash + 1 : recording->name,
    .attachment = attachment,
  };

  if (recording->recording && isr_file_init (&file, fd))
    what.head = head = isr_growing_make_head (&file.input, &what.size);
  isr_send (request, &what, soup_message_headers_get_one (request->headers, "Range"));
}

static void
handle_media (const IsrRequest *request, gboolean attachment)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (request->house->catalog, request->rest);
  int fd = recording ? open_recording (request->house->catalog, recording) : -1;
  struct stat st;

  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode)) {
    send_recording (request, recording, fd, &st, attachment);
    return;
  }
  if (fd >= 0)
    close (fd);
  isr_reply_error (request, 404, "not-found", "there is no such recording: it was deleted or renamed, or the address is wrong");
}

void
isr_handle_stream (const IsrRequest *request)
{
  handle_media (request, FALSE);
}

void
isr_handle_download (const IsrRequest *request)
{
  handle_media (request, TRUE);
}
