/* SPDX-License-Identifier: MIT */
/* child.c - limits, then decoding, with every result to stdout at once. */
#include "daemon/analysis/child.h"

#include <errno.h>
#include <gst/gst.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define NICE 10
#define MEMORY (G_GUINT64_CONSTANT (4) << 30)
#define CPU_SECONDS (6 * 3600)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

void
isr_decode_prefer_ours (void)
{
  static const char *const names[] = { "mpg123audiodec", "opusdec", "vorbisdec", "flacdec", "speexdec" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), names[i]);

    if (feature)
      gst_plugin_feature_set_rank (feature, GST_RANK_PRIMARY + 100);
  }
}

static void
limit (__rlimit_resource_t what, guint64 value)
{
  const struct rlimit both = { value, value };

  setrlimit (what, &both);
}

static void
lower_ourselves (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (nice (NICE) == -1)
    errno = 0; /* it is only a wish */
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, 0);
  limit (RLIMIT_CPU, CPU_SECONDS);
#ifndef SANITIZED
  limit (RLIMIT_AS, MEMORY);
#endif
}

static void
say (guint32 kind, const void *payload, gsize size)
{
  guint8 message[2 * sizeof (guint32) + ISR_CHILD_MAX_SIZE];
  guint32 head[2] = { kind, (guint32) MIN (size, ISR_CHILD_MAX_SIZE) };
  gsize total = sizeof head + head[1];

  memcpy (message, head, sizeof head);
  memcpy (message + sizeof head, payload, head[1]);
  for (gsize done = 0; done < total;) {
    gssize n = write (STDOUT_FILENO, message + done, total - done);

    if (n < 0 && errno != EINTR)
      _exit (EXIT_FAILED); /* nobody listens any more */
    done += n > 0 ? (gsize) n : 0;
  }
}

static void
on_begun (const IsrDecodeResult *so_far, double duration, gpointer data)
{
  const IsrChildBegun begun = { so_far->rate, so_far->channels, so_far->first_window, so_far->skip, duration };

  say (ISR_CHILD_BEGUN, &begun, sizeof begun);
}

static void
on_windows (const IsrLevelsRow *rows, gsize n, gpointer data)
{
  say (ISR_CHILD_ROWS, rows, n * sizeof *rows);
}

int
isr_child_main (const char *const *arguments)
{
  static const IsrDecodeHooks hooks = { on_begun, on_windows, NULL };
  guint n = g_strv_length ((GStrv) arguments);
  IsrDecodeOrder order = { 0 };
  IsrDecodeResult result;
  guint64 rate;
  g_autoptr (GError) error = NULL;

  if (n < 4 || n > 5 || !g_ascii_string_to_unsigned (arguments[1], 10, 0, 1000000, &rate, NULL)
      || !g_ascii_string_to_unsigned (arguments[2], 10, 0, G_MAXUINT64, &order.first_sample, NULL)
      || !g_ascii_string_to_unsigned (arguments[3], 10, 0, G_MAXUINT64, &order.samples, NULL))
    return EXIT_USAGE;
  order.path = arguments[0];
  order.rate = (guint) rate;
  order.next = n > 4 ? arguments[4] : NULL;
  isr_decode_prefer_ours ();
  lower_ourselves ();
  if (!isr_decode_levels (&order, &hooks, NULL, &result, &error)) {
    say (ISR_CHILD_FAILED, error->message, strlen (error->message));
    return EXIT_FAILED;
  }
  say (ISR_CHILD_END, &result.samples, sizeof result.samples);
  return 0;
}
