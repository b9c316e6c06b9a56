package health.helan.foundation.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whose data a request has touched. The door binds one to {@link #CURRENT} for the time of a
 * request; the store adds to it whatever it hands out or changes, so that no operation can forget
 * to. Work that belongs to no request (consumers, the demo loader) has none. Used by the request's
 * own thread alone.
 */
public final class AccessTrail {
  /** The trail of the request that this thread works for. */
  public static final ScopedValue<AccessTrail> CURRENT = ScopedValue.newInstance();

  private long[] subjects = new long[4];
  private int subjectCount;
  private int resources;
  private int refusals;
  private String interaction = "";
  private byte @Nullable [] form;

  /** Notes a resource that is handed out. */
  public static void note(ResourceVersion version) {
    if (CURRENT.isBound()) {
      AccessTrail trail = CURRENT.get();
      trail.resources++;
      trail.subject(version.patient());
    }
  }

  /**
   * Notes a resource that is changed.
   *
   * @param patient digest of the patient it belongs to; null for none
   */
  static void noteChange(@Nullable Long patient) {
    if (CURRENT.isBound()) {
      AccessTrail trail = CURRENT.get();
      trail.resources++;
      trail.subject(patient);
    }
  }

  /** Notes a patient whose data are at stake, without counting a resource. */
  static void noteSubject(@Nullable Long patient) {
    if (CURRENT.isBound()) {
      CURRENT.get().subject(patient);
    }
  }

  /** Notes a patient that is asked for by id, whatever comes of it. */
  public static void noteAsked(long patient) {
    noteSubject(patient);
  }

  /** Notes that an entry of a batch was refused, while the batch as a whole was not. */
  public static void noteRefusal() {
    if (CURRENT.isBound()) {
      CURRENT.get().refusals++;
    }
  }

  /** Notes what the request turned out to be, where its method and path do not say it. */
  public static void noteInteraction(String interaction) {
    if (CURRENT.isBound()) {
      CURRENT.get().interaction = interaction;
    }
  }

  /** Notes that the form of a search came as a body: its parameters count as the query's. */
  public static void noteForm(byte[] form) {
    if (CURRENT.isBound()) {
      CURRENT.get().form = form;
    }
  }

  /**
   * Adds a patient.
   *
   * @param patient digest of {@code Patient/id}; null adds nothing
   */
  public void subject(@Nullable Long patient) {
    if (patient == null || subjectCount > 0 && subjects[subjectCount - 1] == patient) {
      return; // Rows of one patient mostly come together.
    }
    if (subjectCount == subjects.length) {
      subjects = compact(subjects, subjectCount);
      subjectCount = subjects.length;
      subjects = Arrays.copyOf(subjects, Math.max(8, subjectCount * 2));
    }
    subjects[subjectCount++] = patient;
  }

  /** Digests of the patients, ascending, each once. */
  public long[] subjects() {
    return compact(subjects, subjectCount);
  }

  private static long[] compact(long[] values, int count) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || sorted[i] != sorted[kept - 1]) {
        sorted[kept++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, kept);
  }

  /** Resources handed out or changed. */
  public int resources() {
    return resources;
  }

  /** Entries of a batch that were refused. */
  public int refusals() {
    return refusals;
  }

  /** What the request turned out to be; empty where method and path say it. */
  public String interaction() {
    return interaction;
  }

  /** The form of a search, percent-encoded; null for none. */
  public byte @Nullable [] form() {
    return form;
  }
}
