/* SPDX-License-Identifier: MIT */
/* status.json is a sign of life, and says how it goes. */
#include "daemon/archive/status-file.h"
#include "daemon/archive/status-news.h"
#include "tests/daemon/temp.h"
#include "tests/daemon/tmpfs.h"

#include <string.h>
#include <utime.h>

typedef struct {
  char *state, *path;
  int made;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->state = temp_new ();
  f->path = g_build_filename (f->state, "status.json", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  temp_remove (f->state);
  g_free (f->state);
  g_free (f->path);
}

static void
make_old (Fixture *f)
{
  struct utimbuf old = { 1000, 1000 };

  g_assert_cmpint (utime (f->path, &old), ==, 0);
}

static char *
make_news (gpointer data, gboolean needed)
{
  Fixture *f = data;

  return g_strdup_printf ("{\"n\":%d}", ++f->made);
}

static char *
make_needed (gpointer data, gboolean needed)
{
  return needed ? make_news (data, needed) : NULL;
}

static void
test_news (Fixture *f, gconstpointer data)
{
  IsrStatusFile *file = isr_status_file_new (f->state, make_news, f);

  TEMP_WAIT_FOR (({ g_autofree char *text = isr_status_file_read (f->state, 10); g_strcmp0 (text, "{\"n\":2}") == 0; }));
  make_old (f);
  g_assert_null (isr_status_file_read (f->state, 10));
  isr_status_file_free (file);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

static void
test_no_news (Fixture *f, gconstpointer data)
{
  IsrStatusFile *file = isr_status_file_new (f->state, make_needed, f);
  g_autofree char *text = NULL;

  TEMP_WAIT_FOR (g_file_test (f->path, G_FILE_TEST_EXISTS));
  make_old (f);
  TEMP_WAIT_FOR ((text = isr_status_file_read (f->state, 10)) != NULL);
  isr_status_file_free (file);
  g_assert_cmpstr (text, ==, "{\"n\":1}");
}

static void
test_taken_away (Fixture *f, gconstpointer data)
{
  IsrStatusFile *file = isr_status_file_new (f->state, make_needed, f);

  TEMP_WAIT_FOR (g_file_test (f->path, G_FILE_TEST_EXISTS));
  temp_remove (f->path);
  TEMP_WAIT_FOR (g_file_test (f->path, G_FILE_TEST_EXISTS));
  isr_status_file_free (file);
}

static void
test_at_times (Fixture *f, gconstpointer data)
{
  IsrStatusFile *file = isr_status_file_new (f->state, make_needed, f);

  TEMP_WAIT_FOR (f->made == 2); /* though nothing is new */
  isr_status_file_free (file);
}

/* Takes all the room there is. */
static void
fill (Fixture *f)
{
  static const char block[4096];
  g_autofree char *path = g_build_filename (f->state, "ballast", NULL);
  int fd = open (path, O_CREAT | O_WRONLY | O_APPEND, 0600);

  while (write (fd, block, sizeof block) > 0)
    ;
  close (fd);
}

/* Longer than the first one was. */
static char *
make_longer (gpointer data, gboolean needed)
{
  Fixture *f = data;
  g_autofree char *words = g_strnfill (f->made > 1 ? 1500 : 0, 'x');

  return g_strdup_printf ("{\"n\":%d,\"words\":\"%s\"}", ++f->made, words);
}

static void
test_full (Fixture *f, gconstpointer data)
{
  g_autofree char *spare = g_strconcat (f->path, ".spare", NULL);
  IsrStatusFile *file;
  int made;

  tmpfs_mount (f->state, 1);
  file = isr_status_file_new (f->state, make_longer, f);
  TEMP_WAIT_FOR (g_file_test (spare, G_FILE_TEST_EXISTS));
  fill (f);
  made = f->made;
  make_old (f);
  TEMP_WAIT_FOR (({ g_autofree char *text = isr_status_file_read (f->state, 10); f->made > made + 1 && text && strstr (text, "xxx\"}") && g_str_has_suffix (text, "}"); }));
  isr_status_file_free (file);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (spare, G_FILE_TEST_EXISTS));
  tmpfs_unmount (f->state);
}

static void
test_disk (Fixture *f, gconstpointer data)
{
  GHashTable *known = NULL;

  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, "one"), ==, 0);
  temp_write (f->state, "status.json", "{\"sources\": [{\"name\": \"one\", \"disk_since_us\": 1706702410000000}, {\"name\": \"two\", \"disk_since_us\": null}, 3]}", -1);
  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, "one"), ==, 1706702410000000);
  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, "two"), ==, 0);
  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, ""), ==, 0);
  make_old (f); /* who wrote it does not live any more */
  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, "one"), ==, 0);
  temp_write (f->state, "status.json", "{\"sources\": 1, broken", -1);
  g_assert_cmpint (isr_status_news_find_disk (&known, f->state, "one"), ==, 0);
  g_hash_table_unref (known);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tmpfs_enter ();
#define ADD(path, func) g_test_add ("/status-file/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("news", test_news);
  ADD ("no-news", test_no_news);
  ADD ("taken-away", test_taken_away);
  ADD ("at-times", test_at_times);
  ADD ("full", test_full);
  ADD ("disk", test_disk);
  return g_test_run ();
}
