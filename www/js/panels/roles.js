// The five selects that say what the columns of the data mean.
import { field, h, options } from '../dom.js';
import { help } from '../help.js';
import { DATA, ROLES } from '../words.js';
import { trains } from '../store.js';

/** @typedef {import('../protocol.js').RoleName} RoleName */
/** @typedef {import('../protocol.js').ObsInfo} ObsInfo */

const NAMES = /** @type {RoleName[]} */ (['cell_type', 'condition', 'control', 'dose', 'batch']);
const NONE = '';

/** A column with its size: "cell_type (6)". @param {ObsInfo} column */
const columnLabel = (column) => (column.type === 'labels' ? `${column.name} (${column.n_levels ?? column.levels?.length ?? 0})` : `${column.name} (${column.min} to ${column.max})`);

/** The columns of the open data to choose from, or none. @param {import('../store.js').State} state */
export const columnChoices = ({ data }) => [{ value: NONE, label: '– none –' }, ...(data.summary?.obs ?? []).map((column) => ({ value: column.name, label: columnLabel(column) }))];

/** @param {(role: RoleName, value: string | null) => void} onChange */
export function rolesForm(onChange) {
  const selects = /** @type {Record<RoleName, HTMLSelectElement>} */ ({});
  const fields = NAMES.map((role) => {
    selects[role] = h('select', { id: `role-${role}`, test: `role-${role}`, on: { change: () => onChange(role, selects[role].value || null) } });
    return field(ROLES[role].label, selects[role], ROLES[role].hint);
  });
  const element = h('fieldset', { class: 'roles', hidden: true }, h('legend', {}, 'Columns ', help('roles'), h('span', { class: 'hint' }, DATA.roles)), h('div', { class: 'role-grid' }, fields));

  return {
    element,
    /** @param {import('../store.js').State} state */
    draw(state) {
      const { summary } = state.data;
      element.hidden = !summary;
      if (!summary) return;
      for (const role of NAMES) {
        const choices = role === 'control' ? controlChoices(summary.obs, state.roles.condition) : columnChoices(state);
        options(selects[role], choices, state.roles[role] ?? NONE);
        selects[role].disabled = trains(state) || (role === 'control' && !state.roles.condition);
      }
    },
  };
}

/** @param {ObsInfo[]} obs @param {string | null} condition */
function controlChoices(obs, condition) {
  const levels = obs.find((column) => column.name === condition)?.levels ?? [];
  const none = { value: NONE, label: condition ? '– choose –' : 'dose 0' };
  return [none, ...levels.map((level) => ({ value: level, label: level }))];
}
