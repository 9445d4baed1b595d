/* SPDX-License-Identifier: MIT */
/* test-stream.c - what becomes of a source's state when isrhttpsrc tells something. */
#include "daemon/capture/stream.h"

#define KEEP (-1)

static const struct {
  IsrState now;
  const char *state, *reason;
  guint64 wait; /* ms */
  int next;
} rows[] = {
  { ISR_STATE_CONNECTING, "connecting", "starting", 0, KEEP },
  { ISR_STATE_CONNECTING, "connecting", "playlist", 0, ISR_STATE_CONNECTING },
  { ISR_STATE_CONNECTING, "waiting", "refused", 200, ISR_STATE_WAITING_TO_RETRY },
  { ISR_STATE_CONNECTING, "streaming", "connected", 0, KEEP }, /* the file tells */
  { ISR_STATE_RECORDING, "waiting", "dropped", 200, KEEP },
  { ISR_STATE_RECORDING, "waiting", "dropped", 4000, ISR_STATE_WAITING_TO_RETRY },
  { ISR_STATE_RECORDING, "waiting", "stalled", 200, ISR_STATE_WAITING_TO_RETRY },
  { ISR_STATE_RECORDING, "waiting", "not-found", 200, ISR_STATE_WAITING_TO_RETRY },
  { ISR_STATE_RECORDING, "connecting", "retrying", 0, KEEP },
  { ISR_STATE_RECORDING, "streaming", "rejoined", 0, KEEP },
  { ISR_STATE_RECORDING, "streaming", "gap", 0, ISR_STATE_RECORDING },
  { ISR_STATE_WAITING_TO_RETRY, "connecting", "retrying", 0, ISR_STATE_CONNECTING },
  { ISR_STATE_CONNECTING, "streaming", "rejoined", 0, ISR_STATE_RECORDING },
  { ISR_STATE_CONNECTING, "streaming", "gap", 0, ISR_STATE_RECORDING },
  { ISR_STATE_CONNECTING, "streaming", "not-continued", 0, ISR_STATE_RECORDING },
  { ISR_STATE_WAITING_TO_RETRY, "failed", "refused", 0, ISR_STATE_FAILED },
  { ISR_STATE_RECORDING, "stopped", "stopped", 0, KEEP },
};

static void
test_news (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GstStructure) message = gst_structure_new ("isr-stream", "state", G_TYPE_STRING, rows[i].state, "reason", G_TYPE_STRING, rows[i].reason,
        "detail", G_TYPE_STRING, "words", "retry-in", G_TYPE_UINT64, rows[i].wait * GST_MSECOND, NULL);
    IsrStreamNews news;
    gboolean told = isr_stream_news_read (&news, message, rows[i].now);

    g_test_message ("%u: %s %s", i, rows[i].state, rows[i].reason);
    g_assert_cmpint (told ? (int) news.state : KEEP, ==, rows[i].next);
    g_assert_cmpstr (news.reason, ==, rows[i].reason);
    g_assert_cmpint (news.wait, ==, (gint64) rows[i].wait * 1000);
  }
}

static void
test_promised (void)
{
  static const struct {
    const char *promised, *format;
    gboolean kept;
  } promises[] = { { "auto", "mp3", TRUE }, { "mp3", "mp3", TRUE }, { "mp3", "opus", FALSE }, { "ogg", "opus", TRUE }, { "ogg", "mp3", FALSE }, { "flac", "oga", TRUE }, { "opus", "ogg", FALSE }, { "aac", NULL, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (promises); i++) {
    IsrSourceConfig config = { .type = ISR_SOURCE_STREAM, .format = (char *) promises[i].promised };

    g_assert_cmpint (isr_stream_is_promised (&config, promises[i].format), ==, promises[i].kept);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/stream/news", test_news);
  g_test_add_func ("/stream/promised", test_promised);
  return g_test_run ();
}
