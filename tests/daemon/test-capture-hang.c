/* SPDX-License-Identifier: MIT */
/* test-capture-hang.c - a thread of a real pipeline that blocks, in the driver of a sound card or behind
 * isrhttpsrc: who notices, what is said, and that it is recorded again. */
#define GST_USE_UNSTABLE_API
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <gst/gst.h>
#include <gst/gsttracer.h>

#include "daemon/ops/notify.h"
#include "tests/daemon/fixture-capture.h"
#include "tests/daemon/fixture-radio.h"

#define SILENCE (2 * G_TIME_SPAN_SECOND) /* it is heard of once a second, and waits 3 s itself */

typedef struct {
  char *directory, *hang;
  GSocket *socket;   /* systemd's */
  GSource *readable; /* it is read as it comes, else who tells it would wait */
  guint fed;         /* the watchdog: so often */
  FixtureCapture *capture;
} Fixture;

static gboolean
on_told (GSocket *socket, GIOCondition condition, gpointer data)
{
  char text[256];
  gssize n = g_socket_receive (socket, text, sizeof text - 1, NULL, NULL);

  text[MAX (n, 0)] = '\0';
  ((Fixture *) data)->fed += g_str_equal (text, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static void
listen_as_systemd (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->directory, "notify", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  f->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (f->socket, address, FALSE, &error));
  f->readable = g_socket_create_source (f->socket, G_IO_IN, NULL);
  g_source_set_callback (f->readable, G_SOURCE_FUNC (on_told), f, NULL);
  g_source_attach (f->readable, NULL);
  g_setenv ("NOTIFY_SOCKET", path, TRUE);
  g_setenv ("WATCHDOG_USEC", "400000", TRUE);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *alsa = NULL, *asound = NULL;

  f->directory = temp_new ();
  f->hang = g_build_filename (f->directory, "hang", NULL);
  alsa = g_strdup_printf ("/usr/share/alsa/alsa.conf:%s/asound.conf", f->directory);
  asound = g_strdup_printf ("pcm_type.isrfault { lib \"%s\" }\npcm.mic { type isrfault signal \"tone\" hang \"%s\" gone \"%s/gone\" }\n", g_getenv ("ISR_FAULT_LIB"), f->hang, f->directory);
  temp_write (f->directory, "asound.conf", asound, -1);
  g_setenv ("ALSA_CONFIG_PATH", alsa, TRUE);
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  listen_as_systemd (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fixture_capture_free (f->capture);
  g_source_destroy (f->readable);
  g_source_unref (f->readable);
  g_object_unref (f->socket);
  temp_remove (f->directory);
  g_free (f->directory);
  g_free (f->hang);
}

static gboolean
warns (Fixture *f, const char *warning)
{
  return g_strv_contains ((const char *const *) fixture_capture_get (f->capture, "mic")->warnings, warning);
}

static gboolean
is_silent (Fixture *f)
{
  const IsrSourceState *state = fixture_capture_get (f->capture, "mic");

  return g_get_real_time () - MAX (state->heard_us, state->since_us) > SILENCE;
}

/* --- the threads of GStreamer, held --- */

typedef struct {
  GstTracer parent;
} Holder;

typedef struct {
  GstTracerClass parent;
} HolderClass;

static GType holder_get_type (void);
G_DEFINE_TYPE (Holder, holder, GST_TYPE_TRACER)

static const char *held; /* atomic: what elements are called that can not pass on a buffer; or NULL */
static gint caught;      /* atomic: one of them */
static gint heard;       /* atomic: bytes that a sound card passed on */

static void
before_push (GObject *holder, GstClockTime at, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  const char *name;

  if (element && g_str_has_prefix (GST_ELEMENT_NAME (element), "alsasrc"))
    g_atomic_int_add (&heard, (gint) gst_buffer_get_size (buffer));
  while (element && (name = g_atomic_pointer_get (&held)) && g_str_has_prefix (GST_ELEMENT_NAME (element), name)) {
    g_atomic_int_set (&caught, TRUE);
    g_usleep (10000);
  }
}

static void
holder_class_init (HolderClass *class)
{
}

static void
holder_init (Holder *self)
{
  gst_tracing_register_hook (GST_TRACER (self), "pad-push-pre", G_CALLBACK (before_push));
}

/* Until a buffer is about to leave an element whose name begins so. */
static void
hold (const char *name)
{
  g_atomic_int_set (&caught, FALSE);
  g_atomic_pointer_set (&held, (gpointer) name);
  TEMP_WAIT_FOR (g_atomic_int_get (&caught));
}

static void
let_go (void)
{
  g_atomic_pointer_set (&held, NULL);
}

/* --- a driver that blocks --- */

/* The watchdog is not fed, then the source's own breaks off what hangs, leaves it behind, and
 * waits for something known. What was left behind ends when the driver lets go. */
static void
test_driver (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrNotify) notify = NULL;
  guint files, fed;

  f->capture = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic\n[other]\ntype = test\n");
  notify = isr_notify_new (f->capture->config, isr_capture_get_control (f->capture->capture));
  isr_notify_set_silence (notify, SILENCE);
  isr_capture_start (f->capture->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING) && fixture_capture_is (f->capture, "other", ISR_STATE_RECORDING));
  TEMP_WAIT_FOR (f->fed > 0 && fixture_capture_get (f->capture, "mic")->heard_us > 0);
  files = temp_count_open_files ();

  temp_write (f->directory, "hang", "", 0);
  TEMP_WAIT_FOR (is_silent (f));
  fixture_capture_run (100); /* what was told before is heard */
  fed = f->fed;
  fixture_capture_run (600); /* three of its turns */
  if (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING))
    g_assert_cmpuint (f->fed, ==, fed);
  else
    g_test_message ("the machine is too busy for a look");
  TEMP_WAIT_FOR (warns (f, "no-data") || !fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING));

  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_WAITING_TO_RETRY));
  g_assert_cmpstr (fixture_capture_get (f->capture, "mic")->reason, ==, "stalled");
  TEMP_WAIT_FOR (f->capture->closed->len + 1 == f->capture->opened); /* that of the other is open */
  TEMP_WAIT_FOR (f->fed > fed);
  TEMP_WAIT_FOR (fixture_capture_count (f->capture, "mic", "connecting retrying") == 1);
  g_assert_true (fixture_capture_is (f->capture, "other", ISR_STATE_RECORDING));

  g_assert_cmpint (g_unlink (f->hang), ==, 0);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING));
  TEMP_WAIT_FOR (temp_count_open_files () <= files);
  fixture_capture_stop (f->capture);
}

/* The clock of the card is the driver, too: the thread of the file has a buffer whose time it wants to
 * know when the driver begins to hang, and does not hang with it. */
static void
test_clock (Fixture *f, gconstpointer data)
{

  f->capture = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic\n");
  isr_capture_start (f->capture->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING) && fixture_capture_get (f->capture, "mic")->heard_us > 0);
  hold ("queue");
  temp_write (f->directory, "hang", "", 0);
  let_go ();
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_WAITING_TO_RETRY));
  TEMP_WAIT_FOR (f->capture->closed->len == f->capture->opened);
  g_assert_cmpstr (fixture_capture_get_closed (f->capture, "mic", f->capture->opened - 1)->reason, ==, "gap");
  g_assert_cmpint (g_unlink (f->hang), ==, 0);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING));
  fixture_capture_stop (f->capture);
}

/* --- a thread that is late --- */

/* What was heard before the device went waits in the queue when that is noticed: it belongs into the
 * file that ends there, and not into one of its own. */
static void
test_late (Fixture *f, gconstpointer data)
{
  const IsrRecording *file = NULL;
  guint64 samples = 0;
  gint before;

  g_atomic_int_set (&heard, 0);
  f->capture = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic\nretry_delay_seconds = 3600\n");
  isr_capture_start (f->capture->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING) && fixture_capture_get (f->capture, "mic")->heard_us > 0);
  hold ("queue");
  before = g_atomic_int_get (&heard);
  TEMP_WAIT_FOR (g_atomic_int_get (&heard) > before + 10000); /* a tenth of a second */
  temp_write (f->directory, "gone", "", 0);
  TEMP_WAIT_FOR (!fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING));
  fixture_capture_run (300); /* who would end the file too early does so now */
  let_go ();
  TEMP_WAIT_FOR (f->capture->closed->len == f->capture->opened);
  fixture_capture_stop (f->capture);
  for (guint i = 0; i < f->capture->closed->len; i++) { /* more than one: the card was not read in time */
    file = fixture_capture_get_closed (f->capture, "mic", i);
    g_assert_cmpstr (file->reason, ==, "gap");
    samples += file->samples;
  }
  g_assert_cmpstr (file->cause, ==, "disconnected");
  g_assert_cmpint ((gint) samples * 2, ==, g_atomic_int_get (&heard));
}

/* The thread of the file itself hangs, and is left behind with the file open. When it comes back the
 * file is closed, and that is heard: else it would be one that is being recorded for ever. */
static void
test_back (Fixture *f, gconstpointer data)
{
  const IsrRecording *file;
  guint files;

  f->capture = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic\n");
  isr_capture_start (f->capture->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING) && fixture_capture_get (f->capture, "mic")->heard_us > 0);
  files = temp_count_open_files ();
  hold ("intake");
  TEMP_WAIT_FOR (fixture_capture_count (f->capture, "mic", "connecting retrying") == 1);
  g_assert_cmpuint (f->capture->closed->len + 1, ==, f->capture->opened);
  let_go ();
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "mic", ISR_STATE_RECORDING));
  TEMP_WAIT_FOR (f->capture->closed->len + 1 == f->capture->opened);
  file = fixture_capture_get_closed (f->capture, "mic", 0);
  g_assert_cmpstr (file->reason, ==, "gap");
  TEMP_WAIT_FOR (temp_count_open_files () <= files);
  fixture_capture_stop (f->capture);
}

/* --- a thread that blocks behind isrhttpsrc --- */

#ifdef ISR_WITH_HTTP

/* isrhttpsrc tells of its own stalls; of a thread that does not come back to it nobody tells. */
static void
test_stream (Fixture *f, gconstpointer data)
{
  FixtureRadio *radio = fixture_radio_new (0);
  g_autofree char *text = g_strdup_printf ("[radio]\ntype = stream\nstall_seconds = 1\nhttp_source = isrhttpsrc\nurl = http://127.0.0.1:%u/live.mp3\n[other]\ntype = test\n", radio->port);

  f->capture = fixture_capture_new (text);
  isr_capture_start (f->capture->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f->capture, "other", ISR_STATE_RECORDING));
  hold ("isrhttpsrc");
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "radio", ISR_STATE_WAITING_TO_RETRY));
  g_assert_cmpstr (fixture_capture_get (f->capture, "radio")->reason, ==, "stalled");
  g_assert_true (fixture_capture_is (f->capture, "other", ISR_STATE_RECORDING));
  let_go ();
  TEMP_WAIT_FOR (fixture_capture_is (f->capture, "radio", ISR_STATE_RECORDING));
  fixture_capture_stop (f->capture);
  fixture_radio_free (radio);
}

#endif

int
main (int argc, char **argv)
{
  g_autoptr (GstTracer) holder = NULL;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE); /* all is loopback */
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  holder = g_object_ref_sink (g_object_new (holder_get_type (), NULL));
  g_test_add ("/capture/hang/driver", Fixture, NULL, set_up, test_driver, tear_down);
  g_test_add ("/capture/hang/clock", Fixture, NULL, set_up, test_clock, tear_down);
  g_test_add ("/capture/hang/late", Fixture, NULL, set_up, test_late, tear_down);
  g_test_add ("/capture/hang/back", Fixture, NULL, set_up, test_back, tear_down);
#ifdef ISR_WITH_HTTP
  g_test_add ("/capture/hang/stream", Fixture, NULL, set_up, test_stream, tear_down);
#endif
  return g_test_run ();
}
