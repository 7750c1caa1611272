const start = performance.now();
const { isValidText } = await import('sagaward');
const valid = isValidText(process.argv[2]);
console.log(JSON.stringify({ valid, ms: performance.now() - start }));
