/* SPDX-License-Identifier: MIT */
/* known.h - whether there is a source of that name: one rule for every address. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

/* A source is known that is configured here, that the recorder of this archive tells of,
 * or that left anything in the catalog. ISR_ERROR_NOT_FOUND. */
gboolean isr_house_check_source (const IsrHouse *house, const char *source, GError **error);

G_END_DECLS
