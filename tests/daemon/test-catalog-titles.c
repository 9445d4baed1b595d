/* SPDX-License-Identifier: MIT */
/* What the catalog knows of titles: at once, once, in order, and in which file. */
#include "tests/daemon/catalog.h"

#define S G_TIME_SPAN_SECOND

static void
note (Fixture *f, const char *source, gint64 at_us, const char *text, const char *artist)
{
  g_autoptr (IsrTitle) title = isr_title_new (source, at_us, text, artist);

  isr_catalog_note_title (f->catalog, title);
}

static char *
join (GPtrArray *titles)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < titles->len; i++) {
    const IsrTitle *title = titles->pdata[i];

    g_string_append_printf (text, "%s%s:%s", i ? " " : "", title->source, title->title);
  }
  return g_string_free (text, FALSE);
}

static char *
list_titles (Fixture *f, IsrCatalogQuery query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;

  query.limit = 1000;
  page = isr_catalog_titles (f->catalog, &query, NULL, &error);
  g_assert_no_error (error);
  return join (page);
}

#define assert_titles(f, expected, ...)                                             \
  G_STMT_START                                                                      \
  {                                                                                 \
    g_autofree char *titles_ = list_titles ((f), (IsrCatalogQuery){ __VA_ARGS__ }); \
    g_assert_cmpstr (titles_, ==, (expected));                                      \
  }                                                                                 \
  G_STMT_END

static void
assert_titles_of (Fixture *f, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);
  g_autoptr (GPtrArray) titles = isr_catalog_titles_of (f->catalog, recording, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = join (titles);
  g_assert_cmpstr (text, ==, expected);
}

/* The same answers from memory, from the disk, and to one who only reads. */
static void
test_filters (Fixture *f, gconstpointer data)
{
  note (f, "jazz", 1000 * S, "So_What", "Miles");
  note (f, "talk", 1500 * S, "Öffnung 50%", NULL);
  note (f, "jazz", 2000 * S, "Blue", "Miles");
  note (f, "jazz", 1900 * S, "Late", NULL); /* came last, began before */
  for (int pass = 0; pass < 3; pass++) {
    assert_titles (f, "jazz:Blue jazz:Late talk:Öffnung 50% jazz:So_What");
    assert_titles (f, "jazz:Blue jazz:Late jazz:So_What", .source = "jazz");
    assert_titles (f, "", .source = "nobody");
    assert_titles (f, "jazz:Blue jazz:So_What", .text = "MILES");
    assert_titles (f, "talk:Öffnung 50%", .text = "öff");
    assert_titles (f, "jazz:So_What", .text = "_");
    assert_titles (f, "talk:Öffnung 50%", .text = "%");
    assert_titles (f, "jazz:Late talk:Öffnung 50%", .from_us = 1500 * S, .to_us = 2000 * S);
    close_catalog (f);
    open_catalog (f, pass == 0);
  }
}

static guint
count_news (Fixture *f, const char *what)
{
  guint n = 0;

  for (guint i = 0; i < f->news->len; i++)
    n += g_str_equal (f->news->pdata[i], what);
  return n;
}

static void
test_equal_ones (Fixture *f, gconstpointer data)
{
  note (f, "jazz", 1 * S, "a", NULL);
  note (f, "jazz", 2 * S, "a", NULL);
  note (f, "talk", 3 * S, "a", NULL);
  note (f, "jazz", 4 * S, "a", "b");
  close_catalog (f);
  open_catalog (f, TRUE);
  note (f, "jazz", 5 * S, "a", "b"); /* also after a restart */
  note (f, "jazz", 6 * S, "c", NULL);
  note (f, "jazz", 7 * S, "a", "b");
  assert_titles (f, "jazz:a jazz:c jazz:a jazz:a", .source = "jazz");
  assert_titles (f, "talk:a", .source = "talk");
  g_assert_cmpuint (count_news (f, "title jazz"), ==, 4);
  g_assert_cmpuint (count_news (f, "title talk"), ==, 1);
}

/* After a reconnect the server's burst tells again what was told. */
static void
test_told_again (Fixture *f, gconstpointer data)
{
  note (f, "jazz", 100 * S, "a", NULL);
  note (f, "jazz", 200 * S, "b", NULL);
  note (f, "jazz", 300 * S, "c", NULL);
  note (f, "jazz", 250 * S, "b", NULL);         /* in force where the burst begins */
  note (f, "jazz", 300 * S - 40000, "c", NULL); /* the new map is not quite the old one */
  assert_titles (f, "jazz:c jazz:b jazz:a");
  note (f, "jazz", 310 * S, "c", NULL);
  note (f, "jazz", 311 * S, "b", NULL);
  note (f, "jazz", 312 * S, "c", NULL); /* quick changes are changes */
  assert_titles (f, "jazz:c jazz:b jazz:c jazz:b jazz:a");
  note (f, "jazz", 311 * S, "b", NULL); /* and come again all the same */
  note (f, "jazz", 312 * S + 20000, "c", NULL);
  assert_titles (f, "jazz:c jazz:b jazz:c jazz:b jazz:a");
}

/* Every page once, while commits fall in between and newer titles come. */
static void
test_paging (Fixture *f, gconstpointer data)
{
  g_autofree char *cursor = NULL;
  guint seen = 0;

  for (int i = 0; i < 100; i++) {
    g_autofree char *text = g_strdup_printf ("%d", i);

    note (f, "jazz", 1000 + i / 7, text, NULL); /* seven at once */
  }
  do {
    IsrCatalogQuery query = { .limit = 9, .cursor = cursor };
    g_autoptr (GError) error = NULL;
    g_autofree char *next = NULL, *newer = g_strdup_printf ("new %u", seen);
    g_autoptr (GPtrArray) page = isr_catalog_titles (f->catalog, &query, &next, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < page->len; i++) {
      g_autofree char *expected = g_strdup_printf ("%u", 99 - seen++);

      g_assert_cmpstr (((IsrTitle *) page->pdata[i])->title, ==, expected);
    }
    note (f, "jazz", 5000 + seen, newer, NULL);
    g_usleep (30000);
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  } while (cursor);
  g_assert_cmpuint (seen, ==, 100);
}

static void
test_bad_cursor (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", ".", "1", "1.", "a.b", "1.2.3", "1.-2" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    IsrCatalogQuery query = { .limit = 1, .cursor = bad[i] };
    g_autoptr (GError) error = NULL;

    g_assert_null (isr_catalog_titles (f->catalog, &query, NULL, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  }
}

static void
test_of_a_recording (Fixture *f, gconstpointer data)
{
  add (f, "jazz", "1.mp3", 10000, 100);
  add (f, "jazz", "2.mp3", 10100, 100);
  add (f, "jazz", "3.mp3", 20000, 100);
  add (f, "jazz", "4.mp3", 90000, 100);
  assert_titles_of (f, "1.mp3", "");
  note (f, "jazz", 10050 * S, "a", NULL);
  note (f, "talk", 10060 * S, "not ours", NULL);
  note (f, "jazz", 10100 * S, "b", NULL);
  note (f, "jazz", 10199 * S, "c", NULL);
  note (f, "jazz", 20001 * S, "d", NULL);
  assert_titles_of (f, "1.mp3", "jazz:a");
  assert_titles_of (f, "2.mp3", "jazz:b jazz:c");
  assert_titles_of (f, "3.mp3", "jazz:d"); /* a new connection: c is over, whenever it ended */
  assert_titles_of (f, "4.mp3", "");       /* nobody knows after so long */
  add (f, "jazz", "5.mp3", 20100, 100);
  assert_titles_of (f, "5.mp3", "jazz:d"); /* still in force */
}

static void
assert_holds (Fixture *f, const char *source, gint64 at_us, const char *name)
{
  g_autoptr (IsrRecording) recording = isr_catalog_find_at (f->catalog, source, at_us);

  g_assert_cmpstr (recording ? recording->name : NULL, ==, name);
}

static void
test_find_at (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("jazz", "live.mp3", 300, 0);

  add (f, "jazz", "1.mp3", 100, 100);
  add (f, "jazz", "2.mp3", 200, 50);
  add (f, "talk", "t.mp3", 0, 1000);
  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  assert_holds (f, "jazz", 99 * S, NULL);
  assert_holds (f, "jazz", 100 * S, "1.mp3");
  assert_holds (f, "jazz", 200 * S - 10, "2.mp3"); /* within what the time map moves */
  assert_holds (f, "jazz", 200 * S - 10000, "1.mp3");
  assert_holds (f, "jazz", 260 * S, NULL);
  assert_holds (f, "jazz", 301 * S, "live.mp3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog/titles/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("filters", test_filters);
  ADD ("equal-ones", test_equal_ones);
  ADD ("told-again", test_told_again);
  ADD ("paging", test_paging);
  ADD ("bad-cursor", test_bad_cursor);
  ADD ("of-a-recording", test_of_a_recording);
  ADD ("find-at", test_find_at);
  return g_test_run ();
}
