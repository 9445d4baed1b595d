// SPDX-License-Identifier: MIT
// trouble.js - why there is no sound, in words that say what to do. Pure.
import { t } from './text.js';

/** What the page says better than the server, because it knows what somebody is doing. */
const SAID = ['not-yet', 'no-space', 'not-found', 'recording', 'lost'];

/** The page's own words, else the server's sentence (a missing decoder names its package), else that this browser can not play it.
 *  @param {{code: string, message: string}|null} why null: the server would have sent it */
export const troubleText = (why) => (why && SAID.includes(why.code) ? t(`player.${why.code}`) : why?.message || t('player.unplayable'));
