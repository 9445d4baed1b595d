/* SPDX-License-Identifier: MIT */
/* routes.h - from a request to its handler: the API as a table. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

/* Answers @message, with an error where it is not to be answered otherwise. */
void isr_route (const IsrHouse *house, SoupServerMessage *message);

G_END_DECLS
