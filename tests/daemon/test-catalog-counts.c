/* SPDX-License-Identifier: MIT */
/* What the catalog counts once and keeps is what a count of everything would say, whatever
 * happened meanwhile; and events go into the trash and out of it with their recording. */
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/sources.h"
#include "daemon/archive/trash.h"
#include "tests/daemon/catalog.h"

#define S G_TIME_SPAN_SECOND
#define DAY0 G_GINT64_CONSTANT (1706698800) /* 2024-01-31 12:00 in Berlin */
#define HOURS 120
#define STEPS 150

static const char *const sources[] = { "door", "mic" };

static void
note (Fixture *f, const char *source, gint64 start_us, gint64 end_us, int score)
{
  g_autoptr (IsrEvent) event = isr_event_new (source);

  event->state = ISR_EVENT_ENDED;
  event->start_us = start_us;
  event->end_us = end_us;
  event->score = score;
  isr_catalog_note_event (f->catalog, event);
}

static void
label (Fixture *f, const char *source, gint64 start_us, gint64 end_us, const char *verdict, const char *text)
{
  g_autoptr (IsrLabel) wish = isr_label_new (source, start_us, end_us);
  g_autoptr (IsrLabel) now = NULL;
  g_autoptr (GError) error = NULL;

  wish->verdict = g_strdup (verdict);
  wish->label = g_strdup (text);
  now = isr_catalog_put_label (f->catalog, wish, &error);
  g_assert_no_error (error);
}

static void
record (Fixture *f, const char *source, const char *name, gint64 start_s, gint64 seconds)
{
  temp_write (f->directory, name, name, -1);
  add (f, source, name, start_s, seconds);
}

static char *
days_to_text (GPtrArray *days)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < days->len; i++) {
    const IsrDay *day = days->pdata[i];

    g_string_append_printf (text, "%s %u files %" G_GUINT64_FORMAT " bytes %.3f s, %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " us, %u events, %u unreviewed\n",
        day->day, day->files, day->bytes, day->duration, day->recorded_us, day->span_us, day->events, day->unreviewed);
  }
  return g_string_free (text, FALSE);
}

static char *
sources_to_text (GPtrArray *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const IsrSourceFiles *source = list->pdata[i];

    g_string_append_printf (text, "%s%s:%u:%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, i ? " " : "", source->name, source->files, source->first_us / S, source->last_us / S);
  }
  return g_string_free (text, FALSE);
}

static char *
print_days (Fixture *f, const char *source, GTimeZone *zone)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, &error);

  g_assert_no_error (error);
  return days_to_text (days);
}

static char *
print_sources (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = isr_catalog_sources (f->catalog, &error);

  g_assert_no_error (error);
  return sources_to_text (list);
}

/* One event after the other, one label after the other. */
static void
assert_events_of_days (Fixture *f, const char *source, GTimeZone *zone)
{
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, NULL);
  g_autoptr (GPtrArray) labels = isr_catalog_labels (f->catalog, NULL, 0, 0, NULL);
  g_autoptr (GPtrArray) events = list_events (f->catalog, source, 0, G_MAXINT64, NULL);

  for (guint i = 0; i < days->len; i++) {
    const IsrDay *day = days->pdata[i];
    guint n = 0, unreviewed = 0;
    gint64 from_us, to_us;

    g_assert_true (isr_day_parse (day->day, zone, &from_us, &to_us));
    for (guint j = 0; j < events->len; j++) {
      const IsrEvent *event = events->pdata[j];
      const IsrLabel *belongs = isr_labels_match (labels, event->source, event->start_us, event->end_us);

      if (event->start_us < from_us || event->start_us >= to_us)
        continue;
      n++;
      unreviewed += !belongs || !belongs->verdict;
    }
    g_assert_cmpuint (day->events, ==, n);
    g_assert_cmpuint (day->unreviewed, ==, unreviewed);
  }
}

static void
assert_counts (Fixture *f)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");

  for (guint i = 0; i <= G_N_ELEMENTS (sources); i++) {
    const char *source = i ? sources[i - 1] : NULL;
    g_autofree char *kept = print_days (f, source, zone), *again = NULL, *files = print_sources (f), *files_again = NULL;

    isr_day_cache_clear (f->catalog->days);
    isr_sources_forget (f->catalog);
    again = print_days (f, source, zone);
    files_again = print_sources (f);
    g_assert_cmpstr (kept, ==, again);
    g_assert_cmpstr (files, ==, files_again);
    assert_events_of_days (f, source, zone);
  }
}

/* --- anything may happen ------------------------------------------------------ */

static void
record_something (Fixture *f, const char *source)
{
  gint64 hour = g_test_rand_int_range (0, HOURS);
  g_autofree char *name = g_strdup_printf ("%s/%03d.flac", source, (int) hour);
  g_autoptr (IsrRecording) known = isr_catalog_lookup (f->catalog, name);

  if (!known)
    record (f, source, name, DAY0 + hour * 3600 + g_test_rand_int_range (0, 900), g_test_rand_int_range (1, 4000));
}

static void
trash_something (Fixture *f, const char *source)
{
  g_autoptr (GPtrArray) page = list (f, (IsrCatalogQuery){ .source = source });
  g_autoptr (GError) error = NULL;

  if (!page->len)
    return;
  isr_catalog_trash (f->catalog, ((IsrRecording *) page->pdata[g_test_rand_int_range (0, (gint32) page->len)])->name, g_get_real_time (), &error);
  g_assert_no_error (error);
}

static void
take_from_trash (Fixture *f, gboolean back)
{
  g_autoptr (GPtrArray) entries = isr_catalog_list_trash (f->catalog, NULL);
  const IsrTrashed *entry = entries->len ? entries->pdata[g_test_rand_int_range (0, (gint32) entries->len)] : NULL;
  g_autoptr (IsrRecording) recording = NULL;
  g_autoptr (GError) error = NULL;

  if (entry && back)
    recording = isr_catalog_restore (f->catalog, entry->id, &error);
  else if (entry)
    isr_catalog_delete_trashed (f->catalog, entry->id, &error);
  g_assert_no_error (error);
}

static void
do_something (Fixture *f)
{
  static const char *const verdicts[] = { "kept", "false", NULL };
  const char *source = sources[g_test_rand_int_range (0, G_N_ELEMENTS (sources))];
  gint64 at_us = (DAY0 + g_test_rand_int_range (0, HOURS * 3600)) * S;

  switch (g_test_rand_int_range (0, 9)) {
    case 0:
    case 1:
      record_something (f, source);
      break;
    case 2:
    case 3:
    case 4:
      note (f, source, at_us, at_us + g_test_rand_int_range (1, 20) * S, g_test_rand_int_range (1, 500));
      break;
    case 5:
      label (f, source, at_us, at_us + g_test_rand_int_range (1, 40000) * S, verdicts[g_test_rand_int_range (0, 3)], "text");
      break;
    case 6:
      trash_something (f, source);
      break;
    case 7:
      take_from_trash (f, TRUE);
      break;
    default:
      take_from_trash (f, FALSE);
  }
}

static void
test_anything (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    record_something (f, sources[i % 2]);
  for (guint i = 0; i < STEPS; i++) {
    do_something (f);
    assert_counts (f);
    if (i % 10 == 5)
      isr_writer_flush (f->catalog->writer);
    if (i % 50 == 49) {
      close_catalog (f);
      open_catalog (f, TRUE);
    }
  }
}

/* --- while somebody counts in a worker -------------------------------------------- */

typedef struct {
  char *expected; /* as it was when it was asked */
  guint *left;
} Expected;

static Expected *
expect (char *text, guint *left)
{
  Expected *self = g_new (Expected, 1);

  *self = (Expected){ text, left };
  ++*left;
  return self;
}

/* Takes both. */
static void
assert_expected (Expected *self, char *text)
{
  g_assert_cmpstr (text, ==, self->expected);
  --*self->left;
  g_free (text);
  g_free (self->expected);
  g_free (self);
}

static void
on_days (GObject *catalog, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days_finish (ISR_CATALOG (catalog), result, &error);

  g_assert_no_error (error);
  assert_expected (data, days_to_text (days));
}

static void
on_sources (GObject *catalog, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = isr_catalog_sources_finish (ISR_CATALOG (catalog), result, &error);

  g_assert_no_error (error);
  assert_expected (data, sources_to_text (list));
}

/* As many as run at a time. What is kept is forgotten before some of them, so that the worker
 * counts all. */
static void
ask_all (Fixture *f, guint *left)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autofree char *files = print_sources (f);

  for (guint i = 0; i < 2; i++) {
    const char *source = i ? sources[g_test_rand_int_range (0, G_N_ELEMENTS (sources))] : NULL;
    Expected *expected = expect (print_days (f, source, zone), left);

    if (g_test_rand_bit ())
      isr_day_cache_clear (f->catalog->days);
    isr_catalog_days_async (f->catalog, source, NULL, zone, NULL, on_days, expected);
  }
  if (g_test_rand_bit ())
    isr_sources_forget (f->catalog);
  isr_catalog_sources_async (f->catalog, NULL, on_sources, expect (g_steal_pointer (&files), left));
}

static void
test_meanwhile (Fixture *f, gconstpointer data)
{
  guint left = 0;

  for (guint i = 0; i < 20; i++)
    record_something (f, sources[i % 2]);
  for (guint i = 0; i < STEPS; i++) {
    ask_all (f, &left);
    for (gint32 n = g_test_rand_int_range (0, 5); n > 0; n--) {
      do_something (f);
      if (g_test_rand_bit ())
        g_main_context_iteration (NULL, FALSE);
      if (g_test_rand_int_range (0, 8) == 0)
        isr_writer_flush (f->catalog->writer);
    }
    while (left)
      g_main_context_iteration (NULL, TRUE);
    if (i % 3 == 0) /* what was kept, and has followed since, is right */
      assert_counts (f);
  }
}

/* --- events and the trash ------------------------------------------------------- */

static guint
count (Fixture *f)
{
  g_autoptr (GPtrArray) events = list_events (f->catalog, NULL, 0, G_MAXINT64, NULL);
  guint total;
  g_autoptr (GPtrArray) top = isr_catalog_top_events (f->catalog, NULL, 0, G_MAXINT64, 1000, &total, NULL);

  g_assert_cmpuint (top->len, ==, events->len);
  g_assert_cmpuint (total, ==, events->len);
  return events->len;
}

static gint64
throw_away (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64 id = isr_catalog_trash (f->catalog, name, g_get_real_time (), &error);

  g_assert_no_error (error);
  return id;
}

static void
set_up_loud (Fixture *f)
{
  record (f, "mic", "a.flac", DAY0, 100);
  record (f, "mic", "b.flac", DAY0 + 100, 100);
  note (f, "mic", DAY0 * S, (DAY0 + 2) * S, 1);
  note (f, "mic", (DAY0 + 99) * S, (DAY0 + 120) * S, 2); /* begins in a, ends in b */
  note (f, "mic", (DAY0 + 100) * S, (DAY0 + 101) * S, 3);
  note (f, "door", (DAY0 + 50) * S, (DAY0 + 51) * S, 4); /* of another source */
}

static void
test_trash (Fixture *f, gconstpointer data)
{
  gint64 id;

  set_up_loud (f);
  g_assert_cmpuint (count (f), ==, 4);
  id = throw_away (f, "a.flac");
  g_assert_cmpuint (count (f), ==, 2);
  close_catalog (f);
  open_catalog (f, TRUE);
  g_assert_cmpuint (count (f), ==, 2);
  isr_recording_free (isr_catalog_restore (f->catalog, id, NULL));
  g_assert_cmpuint (count (f), ==, 4);
  id = throw_away (f, "a.flac");
  g_assert_true (isr_catalog_delete_trashed (f->catalog, id, NULL));
  g_assert_cmpuint (count (f), ==, 2);
  close_catalog (f);
  open_catalog (f, TRUE);
  g_assert_cmpuint (count (f), ==, 2);
}

/* As isr serve sees it, also what happens while it looks. */
static void
test_trash_of_another (Fixture *f, gconstpointer data)
{
  IsrCatalog *writer = f->catalog;
  gint64 id;

  set_up_loud (f);
  id = throw_away (f, "a.flac");
  isr_writer_flush (writer->writer);
  open_catalog (f, FALSE);
  g_assert_cmpuint (count (f), ==, 2);
  isr_recording_free (isr_catalog_restore (writer, id, NULL));
  isr_writer_flush (writer->writer);
  g_assert_cmpuint (count (f), ==, 4);
  close_catalog (f);
  f->catalog = writer;
}

/* What another recording holds can still be heard. */
static void
test_held_twice (Fixture *f, gconstpointer data)
{
  gint64 id;

  set_up_loud (f);
  record (f, "mic", "copy.flac", DAY0 + 50, 100);
  id = throw_away (f, "a.flac");
  g_assert_cmpuint (count (f), ==, 3);
  g_assert_true (isr_catalog_delete_trashed (f->catalog, id, NULL));
  g_assert_cmpuint (count (f), ==, 3);
}

/* --- ranks ------------------------------------------------------------------------ */

static int
by_score (gconstpointer a, gconstpointer b)
{
  const IsrEvent *x = *(IsrEvent *const *) a, *y = *(IsrEvent *const *) b;

  return x->score != y->score ? y->score - x->score : (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static void
assert_top (Fixture *f, const char *source, gint64 from_us, gint64 to_us, guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = list_events (f->catalog, source, from_us, to_us, &error);
  guint total;
  g_autoptr (GPtrArray) top = isr_catalog_top_events (f->catalog, source, from_us, to_us, limit, &total, &error);

  g_assert_no_error (error);
  for (guint i = all->len; i-- > 0;)
    if (((IsrEvent *) all->pdata[i])->start_us < from_us)
      g_ptr_array_remove_index (all, i);
  g_ptr_array_sort (all, by_score);
  g_assert_cmpuint (total, ==, all->len);
  g_assert_cmpuint (top->len, ==, MIN (limit, all->len));
  for (guint i = 0; i < top->len; i++) {
    g_assert_cmpint (((IsrEvent *) top->pdata[i])->score, ==, ((IsrEvent *) all->pdata[i])->score);
    g_assert_cmpint (((IsrEvent *) top->pdata[i])->start_us, ==, ((IsrEvent *) all->pdata[i])->start_us);
  }
}

/* Many and few of many and few; committed, and not. */
static void
test_top (Fixture *f, gconstpointer data)
{
  for (gint64 i = 0; i < 500; i++)
    note (f, sources[i % 2], (DAY0 + i * 60) * S, (DAY0 + i * 60 + 90) * S, 1 + (int) (i * 37 % 101));
  for (guint round = 0; round < 2; round++) {
    assert_top (f, NULL, 0, G_MAXINT64, 1000);
    assert_top (f, NULL, 0, G_MAXINT64, 5);
    assert_top (f, "mic", 0, G_MAXINT64, 5);
    assert_top (f, "mic", (DAY0 + 6000) * S, (DAY0 + 9000) * S, 5);
    assert_top (f, NULL, (DAY0 + 30) * S, (DAY0 + 24000) * S, 3);
    assert_top (f, "none", 0, G_MAXINT64, 5);
    isr_writer_flush (f->catalog->writer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog/counts/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("anything", test_anything);
  ADD ("meanwhile", test_meanwhile);
  ADD ("trash", test_trash);
  ADD ("trash-of-another", test_trash_of_another);
  ADD ("held-twice", test_held_twice);
  ADD ("top", test_top);
  return g_test_run ();
}
