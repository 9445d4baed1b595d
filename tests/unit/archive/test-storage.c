/* SPDX-License-Identifier: MIT */
/* The rules of deleting, and when a disk is full. */
#include "daemon/archive/storage.h"

#define NOW (1706700000 * G_TIME_SPAN_SECOND)
#define GB G_GUINT64_CONSTANT (1000000000)

static void
test_keep (void)
{
  g_autoptr (GHashTable) days = g_hash_table_new (g_str_hash, g_str_equal);
  IsrStorageRules rules = { .keep_days = 30 };

  g_assert_cmpuint (isr_storage_rules_keep (&rules, "mic"), ==, 30);
  rules.keep_of = days;
  g_hash_table_insert (days, (gpointer) "radio", GUINT_TO_POINTER (3));
  g_hash_table_insert (days, (gpointer) "evidence", GUINT_TO_POINTER (0));
  g_assert_cmpuint (isr_storage_rules_keep (&rules, "mic"), ==, 30);
  g_assert_cmpuint (isr_storage_rules_keep (&rules, "radio"), ==, 3);
  g_assert_cmpuint (isr_storage_rules_keep (&rules, "evidence"), ==, 0);
}

static void
test_deletes (void)
{
  g_autoptr (GHashTable) days = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_false (isr_storage_rules_delete (&(IsrStorageRules){ 0 }));
  g_assert_true (isr_storage_rules_delete (&(IsrStorageRules){ .keep_days = 1 }));
  g_assert_true (isr_storage_rules_delete (&(IsrStorageRules){ .min_free = 1 }));
  g_assert_true (isr_storage_rules_delete (&(IsrStorageRules){ .min_free_share = 0.1 }));
  g_hash_table_insert (days, (gpointer) "evidence", GUINT_TO_POINTER (0));
  g_assert_false (isr_storage_rules_delete (&(IsrStorageRules){ .keep_of = days }));
  g_hash_table_insert (days, (gpointer) "radio", GUINT_TO_POINTER (3));
  g_assert_true (isr_storage_rules_delete (&(IsrStorageRules){ .keep_of = days }));
}

static void
test_need (void)
{
  g_assert_cmpuint (isr_storage_rules_need (&(IsrStorageRules){ 0 }, 100 * GB), ==, 0);
  g_assert_cmpuint (isr_storage_rules_need (&(IsrStorageRules){ .min_free = 5 * GB }, 100 * GB), ==, 5 * GB);
  g_assert_cmpuint (isr_storage_rules_need (&(IsrStorageRules){ .min_free_share = 0.1 }, 100 * GB), ==, 10 * GB);
}

static gint64
forecast (IsrStorageRules rules, double free_gb, double used_gb, double gb_per_day)
{
  gint64 at_us = isr_storage_forecast (&rules, (guint64) (free_gb * 1e9), (guint64) (used_gb * 1e9), gb_per_day * 1e9, NOW);

  return at_us ? (at_us - NOW) / G_TIME_SPAN_HOUR : -1;
}

static void
test_forecast (void)
{
  g_assert_cmpint (forecast ((IsrStorageRules){ 0 }, 110, 50, 10), ==, 11 * 24);
  g_assert_cmpint (forecast ((IsrStorageRules){ 0 }, 0, 50, 10), ==, 0);
  g_assert_cmpint (forecast ((IsrStorageRules){ 0 }, 110, 50, 0), ==, -1);
  g_assert_cmpint (forecast ((IsrStorageRules){ 0 }, 1e6, 50, 1e-6), ==, -1); /* beyond everybody's life */
  g_assert_cmpint (forecast ((IsrStorageRules){ .min_free = 1 }, 110, 50, 10), ==, -1);
  g_assert_cmpint (forecast ((IsrStorageRules){ .min_free_share = 0.1 }, 110, 50, 10), ==, -1);
  g_assert_cmpint (forecast ((IsrStorageRules){ .keep_days = 16 }, 110, 50, 10), ==, -1);
  g_assert_cmpint (forecast ((IsrStorageRules){ .keep_days = 17 }, 110, 50, 10), ==, 11 * 24);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/storage/keep", test_keep);
  g_test_add_func ("/storage/deletes", test_deletes);
  g_test_add_func ("/storage/need", test_need);
  g_test_add_func ("/storage/forecast", test_forecast);
  return g_test_run ();
}
