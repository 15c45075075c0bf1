import { compareWithBruteForce } from './brute-force.js';

compareWithBruteForce(21_000);
