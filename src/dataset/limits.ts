/**
 * What a dataset reader accepts at most. Beyond a limit the input is refused (InputError), never cut short:
 * a hostile or mistaken file must not exhaust the machine. `--limit` and `--split` select after reading.
 */

/** Samples in one dataset. */
export const MAX_SAMPLES = 10_000_000;
/** Features of one sample. */
export const MAX_FEATURES = 4_000_000;
/** Largest label + 1. */
export const MAX_CLASSES = 10_000;
/** Bytes of one file on disk. */
export const MAX_FILE_BYTES = 2 ** 30;
/** Bytes after decompression (one gzip file, all wanted members of one npz, all pixels of one folder). */
export const MAX_EXPANDED_BYTES = 2 ** 30;
/** Bytes of a CSV file after decompression; it is parsed as one string. */
export const MAX_CSV_BYTES = 2 ** 28;
/** Width and height of a PNG. */
export const MAX_PNG_SIDE = 4096;
/** Bytes of one PNG file. */
export const MAX_PNG_BYTES = 2 ** 26;
