import { compareWithBruteForce } from './brute-force.js';

compareWithBruteForce(20_000);
