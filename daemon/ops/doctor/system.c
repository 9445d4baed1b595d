/* SPDX-License-Identifier: MIT */
/* system.c - reads /proc, /sys, /dev and /etc, below a root that tests can set. */
#include "daemon/ops/doctor/system.h"

#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "ISR_SYSTEM_ROOT"

char *
isr_system_path (const char *path)
{
  const char *root = g_getenv (ROOT);

  return root && *root ? g_build_filename (root, path, NULL) : g_strdup (path);
}

gboolean
isr_system_is_fake (void)
{
  const char *root = g_getenv (ROOT);

  return root && *root;
}

char *
isr_system_read (const char *path)
{
  g_autofree char *real = isr_system_path (path);
  char *text = NULL;

  return g_file_get_contents (real, &text, NULL, NULL) ? g_strstrip (text) : NULL;
}

gboolean
isr_system_exists (const char *path)
{
  g_autofree char *real = isr_system_path (path);

  return g_file_test (real, G_FILE_TEST_EXISTS);
}

char *
isr_system_read_link (const char *path)
{
  g_autofree char *real = isr_system_path (path);

  return g_file_read_link (real, NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *left = *(char *const *) a, *right = *(char *const *) b;

  return strverscmp (left, right);
}

GPtrArray *
isr_system_list (const char *path, const char *prefix)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *real = isr_system_path (path);
  g_autoptr (GDir) dir = g_dir_open (real, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (!prefix || g_str_has_prefix (name, prefix))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* --- containers --- */

char *
isr_system_get_container (void)
{
  static const char *const kinds[] = { "kubepods", "docker", "libpod", "lxc", "containerd", "machine.slice" };
  g_autofree char *told = isr_system_read ("/run/systemd/container");
  g_autofree char *cgroup = isr_system_read ("/proc/1/cgroup");

  if (told && *told)
    return g_steal_pointer (&told);
  if (isr_system_exists ("/.dockerenv"))
    return g_strdup ("docker");
  if (isr_system_exists ("/run/.containerenv"))
    return g_strdup ("podman");
  for (guint i = 0; cgroup && i < G_N_ELEMENTS (kinds); i++)
    if (strstr (cgroup, kinds[i]))
      return g_strdup (kinds[i]);
  return NULL;
}

/* The first namespaces have fixed numbers in every kernel (proc_ns.h). */
gboolean
isr_system_is_first_namespace (const char *kind)
{
  const char *first = g_str_equal (kind, "ipc") ? "ipc:[4026531839]" : "pid:[4026531836]";
  g_autofree char *path = g_strdup_printf ("/proc/self/ns/%s", kind);
  g_autofree char *now = isr_system_read_link (path);

  return !now || g_str_equal (now, first);
}

/* --- users and groups --- */

static const char *
find_line (const char *text, const char *key)
{
  const char *found = g_str_has_prefix (text, key) ? text : strstr (text, key);

  return found ? found + strlen (key) : NULL;
}

static void
append_group (IsrSystemUser *self, const char *word)
{
  gid_t group = (gid_t) g_ascii_strtoull (word, NULL, 10);

  g_array_append_val (self->groups, group);
}

IsrSystemUser *
isr_system_user_new (void)
{
  g_autofree char *status = isr_system_read ("/proc/self/status");
  IsrSystemUser *self = g_new0 (IsrSystemUser, 1);
  const char *uid = status ? find_line (status, "\nUid:") : NULL;
  const char *gid = status ? find_line (status, "\nGid:") : NULL;
  const char *list = status ? find_line (status, "\nGroups:") : NULL;
  gsize length = list ? strcspn (list, "\n") : 0;
  g_autofree char *line = g_strndup (list ? list : "", length);
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  g_auto (GStrv) first = g_strsplit_set (gid ? gid : "", "\t\n", 4);

  self->groups = g_array_new (FALSE, FALSE, sizeof (gid_t));
  /* real, effective, saved, file system: one of each line would do */
  self->uid = uid ? (uid_t) g_ascii_strtoull (uid, NULL, 10) : geteuid ();
  if (first[0] && first[1])
    append_group (self, first[1]);
  for (guint i = 0; words[i]; i++)
    if (*words[i])
      append_group (self, words[i]);
  return self;
}

void
isr_system_user_free (IsrSystemUser *self)
{
  g_array_unref (self->groups);
  g_free (self);
}

static gboolean
is_member (const IsrSystemUser *self, gid_t group)
{
  for (guint i = 0; i < self->groups->len; i++)
    if (g_array_index (self->groups, gid_t, i) == group)
      return TRUE;
  return FALSE;
}

gboolean
isr_system_user_may (const IsrSystemUser *self, uid_t owner, gid_t group, mode_t mode)
{
  mode_t need = S_IROTH | S_IWOTH;

  if (self->uid == 0)
    return TRUE;
  if (self->uid == owner)
    need = S_IRUSR | S_IWUSR;
  else if (is_member (self, group))
    need = S_IRGRP | S_IWGRP;
  return (mode & need) == need;
}

char *
isr_system_name_group (gid_t group)
{
  char buffer[4096];
  struct group entry, *found = NULL;

  if (getgrgid_r (group, &entry, buffer, sizeof buffer, &found) == 0 && found)
    return g_strdup_printf ("%u (%s)", (guint) group, found->gr_name);
  return g_strdup_printf ("%u", (guint) group);
}

/* --- who holds a file --- */

static void
holder_free (gpointer data)
{
  IsrHolder *self = data;

  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

static void
look_at_process (GPtrArray *holders, const char *pid, const char *path)
{
  g_autofree char *directory = g_strdup_printf ("/proc/%s/fd", pid);
  g_autofree char *comm = g_strdup_printf ("/proc/%s/comm", pid);
  g_autoptr (GPtrArray) names = isr_system_list (directory, NULL);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *link = g_build_filename (directory, names->pdata[i], NULL);
    g_autofree char *target = isr_system_read_link (link);
    IsrHolder *holder;

    if (!target || !g_str_has_prefix (target, path))
      continue;
    holder = g_new (IsrHolder, 1);
    holder->pid = (guint) g_ascii_strtoull (pid, NULL, 10);
    holder->name = isr_system_read (comm);
    holder->path = g_steal_pointer (&target);
    g_ptr_array_add (holders, holder);
    return;
  }
}

GPtrArray *
isr_system_list_holders (const char *path)
{
  g_autoptr (GPtrArray) pids = isr_system_list ("/proc", NULL);
  GPtrArray *holders = g_ptr_array_new_with_free_func (holder_free);

  for (guint i = 0; i < pids->len; i++)
    if (g_ascii_isdigit (((const char *) pids->pdata[i])[0]))
      look_at_process (holders, pids->pdata[i], path);
  return holders;
}
