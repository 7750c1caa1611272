// Judges what is written as it is written, in the browser alone.
import { validateText } from 'sagaward';

const [saga, verdict, findings] = ['saga', 'verdict', 'findings'].map((id) => document.getElementById(id));

function judge() {
  const { valid, diagnostics } = validateText(saga.value);
  verdict.textContent = valid ? 'This saga may run.' : 'This saga may not run.';
  findings.replaceChildren(...diagnostics.map(item));
}

function item({ severity, message, help, range: { start } }) {
  const entry = document.createElement('li');
  // As text, never as HTML: the findings quote what was written.
  entry.textContent = `${severity} in line ${start.line}, column ${start.column}: ${message}${help ? ` (${help})` : ''}`;
  return entry;
}

saga.addEventListener('input', judge);
judge();
