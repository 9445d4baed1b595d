/* SPDX-License-Identifier: MIT */
/* test-words.c - errors as GStreamer, ALSA and GIO make them, and what people
 * and programs are told. */
#include "daemon/capture/words.h"
#include "daemon/core/error.h"

#include <gio/gio.h>
#include <string.h>

static IsrSourceConfig stream = { .name = (char *) "radio", .type = ISR_SOURCE_STREAM, .url = (char *) "http://me:secret@host:8000/live.mp3" };
static IsrSourceConfig card = { .name = (char *) "mic", .type = ISR_SOURCE_SOUNDCARD, .device = (char *) "Mic" };

/* Takes @fault. */
static void
assert_fault (IsrFault *fault, const char *reason, const char *words)
{
  g_assert_cmpstr (fault->reason, ==, reason);
  if (words && !strstr (fault->detail, words))
    g_error ("“%s” is not in “%s”", words, fault->detail);
  g_assert_null (strstr (fault->detail, "secret"));
  isr_fault_free (fault);
}

static IsrFault *
from_status (guint status, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, text);
  g_autoptr (GstMessage) message = gst_message_new_error_with_details (NULL, error, "x.c(1): f (): /p:\nhttp://me:secret@host:8000/live.mp3",
      gst_structure_new ("details", "http-status-code", G_TYPE_UINT, status, NULL));

  return isr_words_from_message (&stream, message, NULL);
}

static void
test_http (void)
{
  assert_fault (from_status (404, "Not Found"), "not-found", "http://host:8000/live.mp3 answers 404 Not Found");
  assert_fault (from_status (401, "Unauthorized"), "unauthorized", "check username and password");
  assert_fault (from_status (403, "Forbidden"), "unauthorized", NULL);
  assert_fault (from_status (410, "Gone"), "not-found", NULL);
  assert_fault (from_status (429, "Too Many Requests"), "unavailable", NULL);
  assert_fault (from_status (503, "Service Unavailable"), "unavailable", NULL);
  assert_fault (from_status (500, "Internal Server Error"), "unavailable", NULL);
}

static IsrFault *
from_gst (const IsrSourceConfig *config, GQuark domain, int code, const char *text, const char *debug, const char *heard)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, text);
  g_autoptr (GstMessage) message = gst_message_new_error (NULL, error, debug);

  return isr_words_from_message (config, message, heard);
}

static void
test_stream (void)
{
  const char *debug = "../gstbasesrc.c(3132): gst_base_src_loop (): /GstPipeline:radio/GstSoupHTTPSrc:s:\nstreaming stopped, reason error (-5)";

  assert_fault (from_gst (&stream, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "Internal data stream error.", debug, NULL), NULL, "reason error (-5)");
  assert_fault (from_gst (&stream, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "Internal data stream error.", "f:\nreason not-negotiated (-4)", NULL), "not-audio", NULL);
  assert_fault (from_gst (&stream, GST_CORE_ERROR, GST_CORE_ERROR_CAPS, "The stream became another one", NULL, NULL), "format-change", "another format");
  assert_fault (from_gst (&stream, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND, "HTML", NULL, NULL), "not-audio", "HTML");
  assert_fault (from_gst (&stream, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SEEK, "Server does not support seeking.", NULL, NULL), "dropped", "the connection broke");
  assert_fault (from_gst (&stream, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "no space", NULL, NULL), "disk", NULL);
  assert_fault (from_gst (&stream, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED, "http://me:secret@host", NULL, NULL), "internal", "http://host");
}

static void
test_soundcard (void)
{
  const char *open = "Could not open audio device for recording.";

  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, open, "f:\nRecording open error on device 'x': No such file or directory", NULL), "no-device", "No such file");
  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, open, "f:\nInvalid argument", "Unique IPC key is not defined"), "unavailable", "(ALSA says: Unique IPC key is not defined)");
  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, open, NULL, "unable to open slave: Device or resource busy"), "busy", NULL);
  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, open, NULL, NULL), "busy", "in use by another process");
  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "Error recording from audio device. The device has been disconnected.", NULL, NULL), "disconnected", NULL);
  assert_fault (from_gst (&card, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "No such file or directory", NULL, NULL), "disk", NULL);
}

static IsrFault *
from_build (int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (ISR_ERROR, code, text);

  return isr_words_from_build (&card, error);
}

static void
test_build (void)
{
  assert_fault (from_build (ISR_ERROR_DEVICE, "device “x” is not there; the nearest is “y”"), "no-device", "nearest");
  assert_fault (from_build (ISR_ERROR_BUSY, "in use"), "busy", NULL);
  assert_fault (from_build (ISR_ERROR_FAILED, "no element"), "internal", NULL);
}

static void
assert_advised (const IsrSourceConfig *config, const char *reason, const char *detail, const char *words)
{
  IsrFault *fault = isr_fault_new (reason, "%s", detail);

  isr_words_advise (config, fault);
  if (words)
    g_assert_nonnull (strstr (fault->detail, words));
  else
    g_assert_cmpstr (fault->detail, ==, detail);
  isr_fault_free (fault);
}

static void
test_advise (void)
{
  assert_advised (&card, "unavailable", "Unique IPC key is not defined", "Unique IPC key is not defined; the dsnoop device of asound.conf has no ipc_key: add a line to it: ipc_key 5678");
  assert_advised (&card, "busy", "Device or resource busy", "sudo fuser -v");
  assert_advised (&card, "unavailable", "something new", "`isr doctor` looks for the cause");
  assert_advised (&card, "no-device", "`isr --list-devices` shows all", NULL);
  assert_advised (&card, "disk", "/srv: Permission denied", NULL);
  assert_advised (&stream, "unavailable", "Device or resource busy", NULL);
}

static IsrFault *
from_connect (GQuark domain, int code)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "words of GIO");

  return isr_words_from_connect ("http://host/", error);
}

static void
test_connect (void)
{
  assert_fault (from_connect (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED), "refused", "http://host/ refuses");
  assert_fault (from_connect (G_IO_ERROR, G_IO_ERROR_TIMED_OUT), "timeout", NULL);
  assert_fault (from_connect (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE), "unreachable", NULL);
  assert_fault (from_connect (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND), "dns", "words of GIO");
  assert_fault (from_connect (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE), "tls", NULL);
  assert_fault (from_connect (G_IO_ERROR, G_IO_ERROR_FAILED), "unavailable", NULL);
}

static void
test_redact (void)
{
  static const struct {
    const char *text, *redacted;
  } rows[] = {
    { "http://a:b@h/x", "http://h/x" },
    { "at http://a:b@h/x, then https://c@i:1/", "at http://h/x, then https://i:1/" },
    { "http://a:p@ss@h/x", "http://h/x" },
    { "http://h/x?mail=a@b", "http://h/x?mail=a@b" },
    { "no address, a@b", "no address, a@b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *redacted = isr_words_redact (rows[i].text);

    g_assert_cmpstr (redacted, ==, rows[i].redacted);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/http", test_http);
  g_test_add_func ("/words/stream", test_stream);
  g_test_add_func ("/words/soundcard", test_soundcard);
  g_test_add_func ("/words/build", test_build);
  g_test_add_func ("/words/advise", test_advise);
  g_test_add_func ("/words/connect", test_connect);
  g_test_add_func ("/words/redact", test_redact);
  return g_test_run ();
}
