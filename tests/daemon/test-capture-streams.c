/* SPDX-License-Identifier: MIT */
/* test-capture-streams.c - streams of a radio station that is dropped, muted, gone
 * and back; what their states say, and that nobody else is disturbed. */
#include <gst/gst.h>
#include <string.h>

#include "tests/daemon/fixture-capture.h"
#include "tests/daemon/fixture-decoder.h"
#include "tests/daemon/fixture-radio.h"

#define CANARY "[canary]\ntype = test\nscene = counter\n"

/* A station, one stream from @path of it, and a source that must not notice. */
static FixtureCapture *
start (guint port, const char *path, const char *more)
{
  g_autofree char *text = g_strdup_printf (CANARY "[radio]\ntype = stream\nurl = http://127.0.0.1:%u%s\n%s", port, path, more);
  FixtureCapture *f = fixture_capture_new (text);

  isr_capture_start (f->capture);
  return f;
}

static void
end (FixtureCapture *f)
{
  fixture_capture_stop (f);
  fixture_capture_assert_states (f, "canary", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", NULL });
  fixture_capture_free (f);
}

static void
assert_mp3 (FixtureCapture *f, const IsrRecording *file)
{
  g_autofree char *path = g_build_filename (f->directory, "rec", file->name, NULL);
  g_autofree guint8 *data = NULL;
  gsize size;

  g_assert_true (g_str_has_suffix (path, ".mp3"));
  g_assert_true (g_file_get_contents (path, (char **) &data, &size, NULL));
  g_assert_cmpuint (size, ==, file->bytes);
  g_assert_cmpuint (size, >, 10000);
  g_assert_cmpuint (data[0], ==, 0xff);
  g_assert_cmpuint (file->samples, >, 48000);
}

static void
test_plain (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "");

  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  isr_control_stop (isr_capture_get_control (f->capture), "radio", NULL);
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_STOPPED));
  g_assert_cmpuint (radio->requests, ==, 1);
  fixture_capture_assert_states (f, "radio", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", NULL });
  assert_mp3 (f, fixture_capture_get_closed (f, "radio", 0));
  g_assert_cmpstr (fixture_capture_get_closed (f, "radio", 0)->reason, ==, "stop");
  end (f);
  fixture_radio_free (radio);
}

/* souphttpsrc is read in turns, though each chunk of the body is a read of its own; at the stop
 * nothing is left with the kernel. */
static void
test_read_out (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "");
  const IsrRecording *file;

  TEMP_WAIT_FOR (radio->sent > 8 * 16000);
  radio->mute = TRUE;
  while (g_main_context_iteration (NULL, FALSE)) /* until it is on its way */
    ;
  isr_control_stop (isr_capture_get_control (f->capture), "radio", NULL);
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_STOPPED));
  file = fixture_capture_get_closed (f, "radio", 0);
  g_assert_cmpuint (file->samples, ==, radio->sent / 384 * 1152);
  end (f);
  fixture_radio_free (radio);
}

/* The server ends the stream: the file is closed as a gap, and it comes back by
 * itself, at once the first time. */
static void
test_dropped (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "");

  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING));
  fixture_radio_drop (radio);
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_WAITING_TO_RETRY));
  g_assert_cmpint (fixture_capture_get (f, "radio")->retry_at_us - fixture_capture_get (f, "radio")->since_us, <=, 250000);
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  g_assert_cmpuint (radio->requests, ==, 2);
  fixture_capture_assert_states (f, "radio", (const char *[]){ "connecting starting", "recording connected", "waiting-to-retry dropped", "connecting retrying", "recording connected", NULL });
  assert_mp3 (f, fixture_capture_get_closed (f, "radio", 0));
  g_assert_cmpstr (fixture_capture_get_closed (f, "radio", 0)->reason, ==, "gap");
  g_assert_cmpuint (fixture_capture_get (f, "radio")->retries, ==, 1);
  end (f);
  fixture_radio_free (radio);
}

/* The station is gone and comes back at the same address. */
static void
test_gone (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  guint port = radio->port;
  FixtureCapture *f = start (port, "/live.mp3", "");
  GSocket *held;

  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING));
  fixture_radio_free (radio);
  held = fixture_radio_hold (port);
  TEMP_WAIT_FOR (fixture_capture_count (f, "radio", "waiting-to-retry refused") >= 1);
  g_clear_object (&held);
  radio = fixture_radio_new (port);
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  assert_mp3 (f, fixture_capture_get_closed (f, "radio", 0));
  end (f);
  fixture_radio_free (radio);
}

/* Connected, and nothing comes any more. */
static void
test_stalled (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "stall_seconds = 2\n");

  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING));
  radio->mute = TRUE;
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_WAITING_TO_RETRY));
  fixture_capture_assert_states (f, "radio", (const char *[]){ "connecting starting", "recording connected", "waiting-to-retry stalled", NULL });
  TEMP_WAIT_FOR (f->closed->len == 1);
  assert_mp3 (f, fixture_capture_get_closed (f, "radio", 0));
  g_assert_cmpstr (fixture_capture_get_closed (f, "radio", 0)->reason, ==, "gap");
  radio->mute = FALSE;
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  end (f);
  fixture_radio_free (radio);
}

/* What is wrong from the start: the reason, what the sentence says, and no file. */
static void
test_wrong (void)
{
  static const struct {
    const char *path, *more, *state, *words;
  } rows[] = {
    { "/404", "", "waiting-to-retry not-found", "404" },
    { "/503", "", "waiting-to-retry unavailable", "503" },
    { "/secret.mp3", "", "waiting-to-retry unauthorized", "username and password" },
    { "/secret.mp3", "username = me\npassword = wrong\n", "waiting-to-retry unauthorized", "401" },
    { "/page", "", "waiting-to-retry not-audio", "HTML" },
    { NULL, "", "waiting-to-retry refused", "nothing listens" },
  };
  FixtureRadio *radio = fixture_radio_new (0);
  g_autoptr (GSocket) nobody = fixture_radio_hold (0);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    FixtureCapture *f = start (rows[i].path ? radio->port : fixture_radio_get_port (nobody), rows[i].path ? rows[i].path : "/x", rows[i].more);

    TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_WAITING_TO_RETRY));
    fixture_capture_assert_states (f, "radio", (const char *[]){ "connecting starting", rows[i].state, NULL });
    if (!strstr (fixture_capture_get (f, "radio")->detail, rows[i].words))
      g_error ("“%s” is not in “%s”", rows[i].words, fixture_capture_get (f, "radio")->detail);
    g_assert_null (strstr (fixture_capture_get (f, "radio")->detail, "wrong"));
    TEMP_WAIT_FOR (fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
    end (f);
  }
  fixture_radio_free (radio);
}

static void
test_password (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/secret.mp3", "username = me\npassword = pass word\n");

  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  end (f);
  fixture_radio_free (radio);
}

/* It answers, but no audio comes: after the patience, with the truth. */
static void
test_silent (void)
{
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f;

  radio->mute = TRUE;
  f = start (radio->port, "/live.mp3", "stall_seconds = 1\nmax_retries = 1\n");
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_FAILED));
  fixture_capture_assert_states (f, "radio", (const char *[]){ "connecting starting", "waiting-to-retry timeout", "connecting retrying", "failed timeout", NULL });
  TEMP_WAIT_FOR (fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  end (f);
  fixture_radio_free (radio);
}

static void
on_levels (IsrCapture *capture, IsrLevels *levels, gpointer data)
{
  if (g_str_equal (levels->source, "radio"))
    g_ptr_array_add (data, isr_levels_copy (levels));
}

/* The first levels of another run than the first. */
static const IsrLevels *
find_second (GPtrArray *heard)
{
  for (guint i = 1; i < heard->len; i++)
    if (((IsrLevels *) heard->pdata[i])->run_us != ((IsrLevels *) heard->pdata[0])->run_us)
      return heard->pdata[i];
  return NULL;
}

/* What comes is listened to, the burst of the server too, and after a drop anew. */
static void
test_heard (void)
{
  g_autoptr (GPtrArray) heard = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_levels_free);
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "");
  const IsrLevels *first, *second;

  g_signal_connect (f->capture, "levels", G_CALLBACK (on_levels), heard);
  TEMP_WAIT_FOR (heard->len >= 3);
  g_assert_cmpint (fixture_capture_get (f, "radio")->level, ==, -12000); /* the station plays silence */
  fixture_radio_drop (radio);
  TEMP_WAIT_FOR (f->closed->len >= 1);
  TEMP_WAIT_FOR (find_second (heard));
  first = heard->pdata[0];
  second = find_second (heard);
  g_assert_cmpint (first->start_us, ==, fixture_capture_get_closed (f, "radio", 0)->start_us);
  g_assert_cmpint (first->run_us, ==, first->start_us);
  g_assert_cmpuint (second->first_window, ==, 0);
  TEMP_WAIT_FOR (fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  end (f);
  fixture_radio_free (radio);
}

static void
test_no_decoder (void)
{
  GList *hidden = fixture_decoder_hide ("mpg123audiodec avdec_mp3");
  FixtureRadio *radio = fixture_radio_new (0);
  FixtureCapture *f = start (radio->port, "/live.mp3", "");

  TEMP_WAIT_FOR (g_strv_contains ((const char *const *) fixture_capture_get (f, "radio")->warnings, "no-decoder"));
  TEMP_WAIT_FOR (fixture_capture_is (f, "radio", ISR_STATE_RECORDING) && fixture_capture_is (f, "canary", ISR_STATE_RECORDING));
  g_assert_cmpint (fixture_capture_get (f, "radio")->level, ==, ISR_LEVELS_UNKNOWN);
  end (f);
  fixture_radio_free (radio);
  fixture_decoder_show (hidden);
}

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE); /* all is loopback */
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/streams/plain", test_plain);
  g_test_add_func ("/capture/streams/read-out", test_read_out);
  g_test_add_func ("/capture/streams/dropped", test_dropped);
  g_test_add_func ("/capture/streams/gone", test_gone);
  g_test_add_func ("/capture/streams/stalled", test_stalled);
  g_test_add_func ("/capture/streams/wrong", test_wrong);
  g_test_add_func ("/capture/streams/password", test_password);
  g_test_add_func ("/capture/streams/silent", test_silent);
  g_test_add_func ("/capture/streams/heard", test_heard);
  g_test_add_func ("/capture/streams/no-decoder", test_no_decoder);
  return g_test_run ();
}
