// The page as a person finds their way in it: by roles and names.
import { savedFile } from '../launch.mjs';

/** The ways of a simulated action that do not change with the attempts. */
const LASTING = ['succeeds', 'ignores an abort'];

let opened = 0;

export class Studio {
  constructor(page) {
    this.page = page;
    this.editor = page.getByRole('textbox', { name: 'Saga definition' });
    this.problems = page.getByRole('region', { name: 'Problems' });
    this.verdict = this.problems.getByRole('status');
    this.steps = page.getByRole('listbox', { name: 'Steps' });
    this.run = page.getByRole('region', { name: 'Run', exact: true });
    this.progress = this.run.getByRole('status');
    this.graph = page.getByRole('region', { name: 'Graph' });
    this.nodes = this.graph.getByRole('option');
    this.timeline = page.getByRole('region', { name: 'Timeline' });
    this.lifecycle = page.getByRole('region', { name: 'Lifecycle' });
    this.killSwitch = page.getByRole('region', { name: 'Kill switch' });
    this.records = this.killSwitch.getByRole('list', { name: 'Kills' }).locator('> li');
    this.log = page.getByRole('region', { name: 'Log' });
    this.live = page.getByRole('region', { name: 'Live' });
    this.remains = page.getByRole('region', { name: 'Remains' });
  }

  async look({ viewport, ...media }) {
    await this.page.setViewportSize(viewport);
    await this.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media });
  }

  /** Opens a definition; done when it is there, for the one before may look the same. */
  async open(definition, name = `saga-${(opened += 1)}.json`) {
    await this.openFile(definition, name);
    await this.page.locator('.file-name').getByText(name, { exact: true }).waitFor();
  }

  /** Opens whatever a file holds, the way a person does. */
  openFile(content, name) {
    return this.choose(this.page.getByRole('button', { name: 'Open' }), content, name);
  }

  /** Hands over the file that a button asks for. */
  async choose(button, content, name) {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), button.click()]);
    const buffer = Buffer.from(typeof content === 'object' && !Buffer.isBuffer(content) ? JSON.stringify(content, null, 2) : content);
    await chooser.setFiles({ name, mimeType: 'application/json', buffer });
  }

  async loadExample(name) {
    await this.page.getByRole('button', { name: 'Examples' }).click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  problem(text) {
    return this.problems.getByRole('listitem').filter({ has: this.page.getByRole('button', { name: text }) });
  }

  step(id) {
    return this.steps.getByRole('option').filter({ has: this.page.getByText(id, { exact: true }) });
  }

  /** A step of the graph. */
  node(id) {
    return this.graph.locator(`[data-id="${id}"]`);
  }

  /** The whole text, by saving it. */
  savedText() {
    return this.saved(this.page.getByRole('button', { name: 'Save' }));
  }

  /** The file that a button saves. */
  async saved(button, encoding = 'utf8') {
    const { name, content } = await savedFile(this.page, () => button.click());
    return { name, text: content.toString(encoding) };
  }

  /** Makes a saga of a definition. */
  async create(definition) {
    await this.open(definition);
    await this.verdict.getByText('Valid saga').waitFor();
    await this.lifecycle.getByRole('button', { name: 'Create saga' }).click();
    await this.log.getByText('saga_created').waitFor();
  }

  /** A button of the run. */
  control(name) {
    return this.run.getByRole('button', { name, exact: true });
  }

  /** Opens a definition, and says how its simulated actions go. */
  async simulate(definition, behaviours = {}, { onUndoFailure = 'escalate', name } = {}) {
    await this.open(definition, name);
    await this.verdict.getByText('Valid saga').waitFor();
    const table = this.run.getByRole('list', { name: 'Simulated actions' });
    if (!(await table.isVisible())) await this.run.locator('summary').press('Enter'); // a click may miss what moves while the page settles
    await this.run.getByRole('combobox', { name: 'If an undo fails' }).selectOption(onUndoFailure);
    for (const { id } of definition.steps) {
      const { seconds = 10, fault = 'succeeds', times = 1 } = behaviours[id] ?? {};
      await this.enter(table.getByRole('spinbutton', { name: `${id} takes` }), seconds);
      await table.getByRole('combobox', { name: `${id} goes` }).selectOption(fault);
      if (!LASTING.includes(fault)) await this.enter(table.getByRole('spinbutton', { name: `${id} so many times` }), times);
    }
  }

  /** Types a number over the one in a field: `fill` puts it behind that one in Firefox, where a driver cannot see what is selected. */
  async enter(field, number) {
    await field.selectText();
    await field.pressSequentially(String(number));
  }

  /** Runs on without waiting, until the run has this outcome. */
  async runUntil(outcome) {
    await this.speed('no waiting');
    await this.control('Run').click();
    await this.progress.getByText(`outcome: ${outcome}`).waitFor();
  }

  /** Goes on, event by event, until a step is in a state; looks and steps in one task of the page, so that what is drawn between is not stepped over. */
  async stepUntil(id, state) {
    for (;;) {
      await this.drawn();
      const before = await this.control('Step').evaluate((button, [id, state]) => {
        const rows = [...document.querySelectorAll('[aria-label="Steps of the saga"] > li summary')];
        const row = rows.find((row) => row.querySelector('.step-id').textContent === id);
        if (row?.querySelector('.state').textContent.trim() === state) return undefined;
        button.click();
        return { count: document.querySelector('.log .count')?.textContent };
      }, [id, state]);
      if (!before) return;
      await this.page.waitForFunction(({ count }) => document.querySelector('.log .count')?.textContent !== count, before);
    }
  }

  /** Until the page shows all that has happened in it: a run that begins shows its first event at once, and the next ones with the next frame. */
  drawn() {
    return this.page.evaluate(() => new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(resolve));
    }));
  }

  speed(words) {
    return this.run.getByRole('combobox', { name: 'Speed' }).selectOption(words);
  }

  /** An item of the menu of snapshots. */
  async snapshotItem(name) {
    await this.lifecycle.getByRole('button', { name: 'Snapshot' }).click();
    return this.lifecycle.getByRole('menuitem', { name });
  }

  async restore(snapshot, name = 'saga.snapshot.json') {
    await this.choose(await this.snapshotItem('Restore from a file'), snapshot, name);
  }

  /** The row of a step of the saga. */
  row(id) {
    return this.lifecycle.locator('[aria-label="Steps of the saga"] > li').filter({ has: this.page.locator(`.step-id:text-is(${JSON.stringify(id)})`) });
  }

  /** What a row says of the state of its step. */
  standing(id) {
    return this.row(id).locator('summary');
  }

  /** The moves of a step, or of the saga. */
  moves(id) {
    return this.labelled('group', `Moves of ${id ?? 'the saga'}`);
  }

  /** The drawing of the states of a step, or of the saga, where nothing is moved. */
  diagram(id) {
    return this.labelled('group', `States of ${id ?? 'the saga'}`);
  }

  /** By role and name as they are written: to work out those of a thousand steps takes seconds. */
  labelled(role, name) {
    return this.lifecycle.locator(`[role="${role}"][aria-label=${JSON.stringify(name)}]`);
  }

  async unfold(id) {
    if (!(await this.moves(id).isVisible())) await this.row(id).locator('summary').click();
    await this.moves(id).waitFor();
  }

  /** Moves a step through states. */
  async move(id, ...states) {
    await this.unfold(id);
    for (const state of states) await this.moves(id).getByRole('button', { name: state, exact: true }).click();
  }

  /** The state of each step, by its row. */
  async states() {
    return Object.fromEntries(await this.lifecycle.locator('summary').evaluateAll((rows) => rows.map((row) => [
      row.querySelector('.step-id').textContent, row.querySelector('.state').textContent.trim(),
    ])));
  }

  /** Kills an agent; `inTime` where the kill has to wait, which it does by the time of the run. */
  async kill(agent, { reason, substitute, inTime = false } = {}) {
    await this.agent(agent).getByRole('radio').check();
    if (reason) await this.killSwitch.getByRole('combobox', { name: 'Reason' }).selectOption(reason);
    await this.killSwitch.getByRole('combobox', { name: 'Substitute' }).selectOption(substitute ?? 'none');
    const before = await this.records.count();
    await this.killSwitch.getByRole('button', { name: 'Kill agent' }).click();
    if (inTime) {
      await this.killSwitch.getByRole('status').getByText('The kill waits').waitFor();
      await this.control('Step').click();
    }
    await this.records.nth(before).waitFor();
  }

  /** The row of an agent. */
  agent(did) {
    return this.killSwitch.locator('.agent').filter({ has: this.page.getByText(did, { exact: true }) });
  }

  /** An event of the log, by its number. */
  event(seq) {
    return this.log.getByRole('option').filter({ has: this.page.locator('.event-seq').getByText(String(seq), { exact: true }) });
  }

  /** What each event of the log says. */
  events() {
    return this.log.locator('.event').evaluateAll((items) => items.map(({ children: [seq, , type, what] }) => (
      `${seq.textContent} ${type.textContent}: ${what.textContent.trim().replaceAll(/\s+/g, ' ')}`
    )));
  }

  /** Selects the first place in the editor where a text stands, by searching for it. */
  async select(text) {
    await this.editor.focus();
    await this.page.keyboard.press('Control+f');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Escape');
  }

  /** What is selected in the editor, where the focus must be: what the clipboard would get. */
  selectedText() {
    return this.editor.evaluate((node) => {
      const copy = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      node.dispatchEvent(copy);
      return copy.clipboardData.getData('text/plain'); // of the event: Firefox gives it one of its own
    });
  }

  /** Out of the editor: for two seconds after Escape it lets Tab out, which may be few on a busy machine, so they do not pass meanwhile. */
  async leaveEditor() {
    await this.page.evaluate(() => {
      const { now } = Date;
      const frozen = now();
      Date.now = () => frozen;
      window.thaw = () => (Date.now = now);
    });
    await this.press('Escape', 'Tab');
    await this.page.evaluate(() => void window.thaw());
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }
}
