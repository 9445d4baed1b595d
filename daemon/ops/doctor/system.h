/* SPDX-License-Identifier: MIT */
/* system.h - the machine as files: /dev/snd, /proc, /sys, /etc.
 *
 * Every path of the system that the doctor looks at goes through
 * isr_system_path(): with ISR_SYSTEM_ROOT set it looks below that directory, and
 * a test can build any machine there. */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

char *isr_system_path (const char *path);
/* The path is not of this machine: libraries that open it themselves would not
 * find what we see. */
gboolean isr_system_is_fake (void);

/* The text of a file without blanks around it; NULL: it can not be read. */
char *isr_system_read (const char *path);
gboolean isr_system_exists (const char *path);
char *isr_system_read_link (const char *path);
/* Names in a directory, sorted as people count (card2 before card10); never NULL. */
GPtrArray *isr_system_list (const char *path, const char *prefix);

/* "docker", "podman", "kubernetes", "lxc", ...; NULL: this is the host. */
char *isr_system_get_container (void);
/* In the namespace that the kernel booted with? @kind: "ipc", "pid". */
gboolean isr_system_is_first_namespace (const char *kind);

/* Who we are, for the kernel. */
typedef struct {
  uid_t uid;
  GArray *groups; /* gid_t */
} IsrSystemUser;

IsrSystemUser *isr_system_user_new (void);
void isr_system_user_free (IsrSystemUser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSystemUser, isr_system_user_free)
/* May the user read and write a node of that owner, group and mode? */
gboolean isr_system_user_may (const IsrSystemUser *self, uid_t owner, gid_t group, mode_t mode);
/* "29 (audio)", or "29" where that number has no name. */
char *isr_system_name_group (gid_t group);

/* A process that has a file open. */
typedef struct {
  guint pid;
  char *name;
  char *path; /* what it holds */
} IsrHolder;

/* Those below /proc that hold a file that begins with @path: only processes of our
 * own PID namespace, and as another user than root only our own. */
GPtrArray *isr_system_list_holders (const char *path);

G_END_DECLS
