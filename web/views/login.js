// SPDX-License-Identifier: MIT
// login.js - asks for the password of this server.
import { html, useState } from '../vendor/htm-preact.js';
import { enter } from '../actions/session.js';
import { entering } from '../state/overlay.js';
import { t } from '../text.js';
import { Dialog } from './dialog.js';

export const Login = () => {
  const [password, setPassword] = useState('');
  const [why, setWhy] = useState(/** @type {string|null} */ (null));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setWhy(await enter(password));
  };
  return html`
    <${Dialog} title=${t('login')} onClose=${() => { entering.value = false; }}>
      <form class="login" onSubmit=${submit}>
        <p class="muted">${t('login-why')}</p>
        <label>${t('password')}
          <input type="password" autocomplete="current-password" required value=${password} aria-invalid=${why !== null} aria-describedby="login-error"
            onInput=${(/** @type {any} */ event) => setPassword(event.target.value)} /></label>
        <p class="warning" id="login-error" role="alert">${why}</p>
        <p class="buttons"><button class="first" type="submit">${t('enter')}</button></p>
      </form>
    <//>`;
};
