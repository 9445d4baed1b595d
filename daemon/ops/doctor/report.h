/* SPDX-License-Identifier: MIT */
/* report.h - what the doctor found, as values. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_CHECK_OK,
  ISR_CHECK_WARN, /* it records, but not well, or not for long */
  ISR_CHECK_FAIL, /* something is not recorded */
} IsrCheckStatus;

typedef struct {
  char *code; /* stable, for programs: "sound-nodes", "busy" */
  IsrCheckStatus status;
  char *title;  /* what it is about, for people: "sound devices", "[mic]" */
  char *detail; /* one sentence */
  char *fix;    /* what to do, a command where there is one; NULL: nothing */
} IsrCheck;

typedef struct {
  GPtrArray *checks; /* IsrCheck, in the order in which they were made */
} IsrReport;

IsrReport *isr_report_new (void);
void isr_report_free (IsrReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrReport, isr_report_free)

/* Line breaks in @fix and in the sentence become blanks. @fix NULL: nothing to do. */
void isr_report_add (IsrReport *self, IsrCheckStatus status, const char *code, const char *title, const char *fix, const char *format, ...) G_GNUC_PRINTF (6, 7);
/* Moves all of @other (transfer full) to the end of @self. */
void isr_report_take (IsrReport *self, IsrReport *other);

/* The worst of all checks: 0, 1, 2 are the exit status too. */
IsrCheckStatus isr_report_get_status (const IsrReport *self);
gboolean isr_report_has (const IsrReport *self, const char *code, IsrCheckStatus at_least);

/* One line a check: "FAIL  busy  [mic]: ... Do: sudo fuser -v ..." */
char *isr_report_to_text (const IsrReport *self);
/* {"status", "checks": [{"code", "status", "title", "detail", "fix"}]}; @pretty: for people. */
char *isr_report_to_json (const IsrReport *self, gboolean pretty);

G_END_DECLS
