package health.helan.app.load;

/**
 * One request's worth of a load: a batch or transaction bundle.
 *
 * @param file where it comes from, for reports; archive and entry are joined by {@code !/}
 * @param firstEntry number of its first resource in the file, from 1
 * @param body the bundle, UTF-8 JSON
 * @param resources how many entries it holds
 * @param bytesOfFile how much of its file it stands for, for progress
 * @param lastOfFile whether its file ends with it
 * @param divisible whether its entries may be sent apart, so that one bad resource does not keep
 *     the others out: true for lines of NDJSON, false for a bundle that someone else made
 */
record Unit(
    String file,
    int firstEntry,
    byte[] body,
    int resources,
    long bytesOfFile,
    boolean lastOfFile,
    boolean divisible) {}
