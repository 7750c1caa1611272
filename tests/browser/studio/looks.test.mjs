// Every look of the page, and the sagas of other processes: as much work as all other tests, in a browser of its own beside them.
import './layout.mjs';
import './live.mjs';
