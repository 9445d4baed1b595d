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
#include <string.h>

static void
send_recording (const IsrRequest *request, const IsrRecording *recording, int fd, const struct stat *st, gboolean attachment)
{
  const char *slash = strrchr (recording->name, '/');
  const char *type = isr_audio_content_type (recording->name);
  const IsrWords *words = isr_words_find (request->house->words, slash ? slash + 1 : recording->name, attachment, st);
  g_autoptr (GBytes) head = NULL;
  IsrFile file;
  IsrSendable what = {
    .fd = fd,
    .size = (guint64) st->st_size,
    .validators = { recording->recording ? NULL : words->etag, st->st_mtim.tv_sec, words->modified },
    .type = type ? type : "application/octet-stream",
    .disposition = words->disposition,
  };

  if (recording->recording && isr_file_init (&file, fd))
    what.head = head = isr_growing_make_head (&file.input, &what.size);
  isr_send (request, &what, soup_message_headers_get_one (request->headers, "Range"));
}

static void
handle_media (const IsrRequest *request, gboolean attachment)
{
  int fd;
  struct stat st;
  g_autoptr (GError) error = NULL;
  const IsrRecording *recording = isr_catalog_find (request->house->catalog, request->rest, &fd, &st, &error);

  if (recording && fd < 0 && errno != ENOENT)
    g_message ("%s: can not be opened: %s", recording->name, g_strerror (errno));
  if (fd >= 0 && S_ISREG (st.st_mode))
    send_recording (request, recording, fd, &st, attachment);
  else if (error)
    isr_reply_gerror (request, error);
  else
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
