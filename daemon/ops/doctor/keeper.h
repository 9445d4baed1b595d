/* SPDX-License-Identifier: MIT */
/* keeper.h - the doctor inside a running recorder: examines in a thread, once for all
 * who ask meanwhile. Main loop. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrDoctorKeeper IsrDoctorKeeper;

/* Called once for each question, on the main loop: the report as JSON (transfer full),
 * or NULL when the keeper ends. */
typedef void (*IsrDoctorAnswer) (gpointer token, char *body);

IsrDoctorKeeper *isr_doctor_keeper_new (const IsrConfig *config);
/* Those who still wait get NULL. Waits some seconds for an examination under way. */
void isr_doctor_keeper_free (IsrDoctorKeeper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDoctorKeeper, isr_doctor_keeper_free)

/* From the next examination on. */
void isr_doctor_keeper_configure (IsrDoctorKeeper *self, const IsrConfig *config);

/* @keeper: IsrDoctorKeeper. What is younger than ten seconds is answered at once, and
 * nothing is opened again for it. */
void isr_doctor_keeper_ask (gpointer keeper, IsrDoctorAnswer answer, gpointer token);

G_END_DECLS
