// node tests/deploy/manifests.mjs FILE…: checks Kubernetes manifests against the schemas of the API, without a cluster. A line for each fault; exits with 1 if there is any.
//
// The schemas let unknown fields pass, as JSON schemas do; the API server would drop them, and with them what they were meant to say. So each field in turn is
// given a value that no schema allows: a manifest that is then still valid has a field that nobody reads.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import * as yaml from 'js-yaml';

const require = createRequire(import.meta.url);
const impossible = () => {};

function* fields(node, path) {
  for (const [key, value] of Object.entries(node ?? {})) {
    if (!Array.isArray(node)) yield { node, key, path: [...path, key] };
    if (typeof value === 'object') yield* fields(value, [...path, key]);
  }
}

function faultsOf(document) {
  if (!document?.apiVersion || !document.kind) return ['apiVersion or kind is missing'];
  let model;
  try {
    model = require(`kubernetes-models/${document.apiVersion}/${document.kind}`)[document.kind];
  } catch {
    return [`there is no ${document.kind} in ${document.apiVersion}`];
  }
  // Base64 may be broken into lines, as kubectl prints it; the schema's format does not know that.
  if (document.kind === 'Secret') {
    for (const key of Object.keys(document.data ?? {})) document.data[key] = document.data[key].replace(/\n/g, '');
  }
  const validate = () => model.prototype.validate.call(document);
  try {
    validate();
  } catch (error) {
    return [String(error.message).replace(/\s+/g, ' ')];
  }
  const faults = [];
  for (const { node, key, path } of [...fields(document, [])]) {
    const value = node[key];
    node[key] = impossible;
    try {
      validate();
      faults.push(`unknown field ${path.join('.')}`);
    } catch {
      // Somebody looks at it.
    }
    node[key] = value;
  }
  return faults;
}

let failed = false;
for (const file of process.argv.slice(2)) {
  for (const document of yaml.loadAll(fs.readFileSync(file, 'utf8'))) {
    if (!document) continue;
    const faults = faultsOf(document);
    failed ||= faults.length > 0;
    for (const fault of faults) console.log(`${file}: ${document.kind}/${document.metadata?.name}: ${fault}`);
  }
}
process.exit(failed ? 1 : 0);
