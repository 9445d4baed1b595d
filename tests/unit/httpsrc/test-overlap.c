/* SPDX-License-Identifier: MIT */
/* test-overlap.c - a stream of numbers, a recording of it, a burst of it: the place is known, so
 * what is said of it is right or wrong. */
#include "plugins/http/overlap.h"

#define LENGTH 20000 /* µs of a packet */
#define SILENCE 0
#define IDS 100000

typedef struct {
  GArray *packets; /* IsrOverlapPacket */
} Sent;

static void
sent_clear (Sent *self)
{
  g_array_unref (self->packets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sent, sent_clear)

static Sent
sent_new (void)
{
  return (Sent){ g_array_new (FALSE, FALSE, sizeof (IsrOverlapPacket)) };
}

static void
send (Sent *self, guint32 id, guint32 size)
{
  IsrOverlapPacket packet = { id, size, LENGTH };

  g_array_append_val (self->packets, packet);
}

/* Nothing that repeats. */
static void
send_sound (Sent *self, guint n)
{
  for (guint i = 0; i < n; i++)
    send (self, self->packets->len + 1, 200);
}

static void
send_silence (Sent *self, guint n, guint32 size)
{
  for (guint i = 0; i < n; i++)
    send (self, SILENCE, size);
}

/* Recorded was [@from, @end), the burst is [@begin, @now). */
static IsrOverlap
find (const Sent *self, guint from, guint end, guint begin, guint now)
{
  const IsrOverlapPacket *all = (const IsrOverlapPacket *) (void *) self->packets->data;
  IsrOverlap found;

  g_assert_cmpuint (now, <=, self->packets->len);
  isr_overlap_find (&found, IDS, all + from, end - from, all + begin, now - begin, (gint64) (now - end) * LENGTH);
  return found;
}

static void
test_sound_is_found_anywhere (void)
{
  g_auto (Sent) sent = sent_new ();

  send_sound (&sent, 400);
  for (guint end = 100; end < 300; end += 7)
    for (guint begin = end - 90; begin + 21 <= end; begin += 5) {
      IsrOverlap found = find (&sent, end - 60, end, begin, end + begin % 50);

      g_assert_cmpint (found.kind, ==, ISR_OVERLAP_SURE);
      g_assert_cmpuint (found.known, ==, end - begin);
      g_assert_cmpint (found.behind_us, ==, 0);
      g_assert_cmpuint (found.open, ==, 0);
    }
}

/* The clock has to say the same then. */
static void
test_a_little_proves_little (void)
{
  g_auto (Sent) sent = sent_new ();
  const IsrOverlapPacket *all;
  IsrOverlap found;

  send_sound (&sent, 400);
  found = find (&sent, 100, 200, 197, 300);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_CLOCK);
  g_assert_cmpuint (found.known, ==, 3);
  found = find (&sent, 100, 200, 199, 300);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
  all = (const IsrOverlapPacket *) (void *) sent.packets->data;
  isr_overlap_find (&found, IDS, all + 100, 100, all + 197, 103, 100 * LENGTH + 5 * G_USEC_PER_SEC);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
}

static void
test_what_is_not_there_is_not_found (void)
{
  g_auto (Sent) sent = sent_new ();
  IsrOverlap found;

  send_sound (&sent, 400);
  found = find (&sent, 100, 200, 200, 300);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
  found = find (&sent, 100, 200, 250, 350);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
  found = find (&sent, 100, 100, 250, 350);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
  found = find (&sent, 100, 200, 250, 250);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_NONE);
}

/* One packet that is another one: nothing fits any more. */
static void
test_all_of_it_has_to_be_equal (void)
{
  g_auto (Sent) sent = sent_new ();
  IsrOverlapPacket *all;

  send_sound (&sent, 400);
  all = (IsrOverlapPacket *) (void *) sent.packets->data;
  for (guint i = 120; i < 200; i += 9) {
    g_autofree IsrOverlapPacket *burst = g_memdup2 (all + 120, 180 * sizeof *all);
    IsrOverlap found;

    burst[i - 120].id = IDS - 1;
    isr_overlap_find (&found, IDS, all + 100, 100, burst, 180, 100 * LENGTH);
    g_assert_cmpint (found.kind, <, ISR_OVERLAP_ONE_OF_MANY);
  }
}

/* However large a packet of it is. */
static void
test_silence_is_never_sure (void)
{
  const guint32 sizes[] = { 1, 3, 320, 4095 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint end = 150; end < 350; end += 17) {
      g_auto (Sent) sent = sent_new ();
      IsrOverlap found;

      send_silence (&sent, 400, sizes[i]);
      found = find (&sent, end - 100, end, end - 80, end + 50);
      g_assert_cmpint (found.kind, ==, ISR_OVERLAP_CLOCK);
      g_assert_cmpuint (found.known, ==, 80); /* as the clock says */
      g_assert_cmpuint (found.open, >, 0);
    }
}

/* The burst begins and the recording ends in it: only the clock can tell. */
static void
test_silence_before_sound (void)
{
  g_auto (Sent) sent = sent_new ();
  IsrOverlap found;

  send_sound (&sent, 100);
  send_silence (&sent, 200, 3);
  send_sound (&sent, 100);
  found = find (&sent, 50, 250, 180, 350);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_CLOCK);
  g_assert_cmpuint (found.known, ==, 70);
}

/* There is sound on both sides of it in the overlap. */
static void
test_sound_around_silence_is_sure (void)
{
  g_auto (Sent) sent = sent_new ();

  send_sound (&sent, 100);
  send_silence (&sent, 100, 320);
  send_sound (&sent, 10);
  send_silence (&sent, 100, 320);
  send_sound (&sent, 100);
  for (guint end = 110; end < 320; end++) {
    IsrOverlap found = find (&sent, 20, end, 60, 400);

    g_assert_cmpint (found.kind, ==, ISR_OVERLAP_SURE);
    g_assert_cmpuint (found.known, ==, end - 60);
  }
}

/* A loop: it fits again and again, and the clock tells which. */
static void
test_a_loop_is_one_of_many (void)
{
  g_auto (Sent) sent = sent_new ();
  IsrOverlap found;

  for (guint i = 0; i < 1000; i++)
    send (&sent, 1 + i % 50, 200);
  found = find (&sent, 200, 500, 300, 700);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_ONE_OF_MANY);
  g_assert_cmpuint (found.known, ==, 200);
}

/* A relay that is behind: what was recorded has not all come again. */
static void
test_more_has_to_come (void)
{
  g_auto (Sent) sent = sent_new ();
  IsrOverlap found;

  send_sound (&sent, 400);
  found = find (&sent, 100, 300, 150, 250);
  g_assert_cmpint (found.kind, ==, ISR_OVERLAP_SURE);
  g_assert_cmpuint (found.known, ==, 150);
  g_assert_cmpuint (found.open, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlap/sound-is-found-anywhere", test_sound_is_found_anywhere);
  g_test_add_func ("/overlap/a-little-proves-little", test_a_little_proves_little);
  g_test_add_func ("/overlap/what-is-not-there-is-not-found", test_what_is_not_there_is_not_found);
  g_test_add_func ("/overlap/all-of-it-has-to-be-equal", test_all_of_it_has_to_be_equal);
  g_test_add_func ("/overlap/silence-is-never-sure", test_silence_is_never_sure);
  g_test_add_func ("/overlap/silence-before-sound", test_silence_before_sound);
  g_test_add_func ("/overlap/sound-around-silence-is-sure", test_sound_around_silence_is_sure);
  g_test_add_func ("/overlap/a-loop-is-one-of-many", test_a_loop_is_one_of_many);
  g_test_add_func ("/overlap/more-has-to-come", test_more_has_to_come);
  return g_test_run ();
}
