package health.helan.pharmacy.circulation;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The row of a prescription under way.
 *
 * @param id of the Task of its review
 * @param patient keyed digest of {@code Patient/id}
 * @param until when it is worth nothing any more
 * @param lockUntil when the shop has held it too long; null while none does
 * @param shop id of the Organization that holds it; empty for none
 * @param wanted the only shop that may take it; empty for any
 * @param way how the resident wants it; empty while nobody has chosen
 * @param parcel id of the parcel under way; empty for none
 * @param token digest of the code that counts; null for none
 * @param wish where it is wanted
 */
public record Circulation(
    int home,
    String id,
    CirculationState state,
    int revision,
    long patient,
    Instant until,
    @Nullable Instant lockUntil,
    Instant changed,
    String shop,
    String wanted,
    String way,
    String parcel,
    byte @Nullable [] token,
    Wish wish) {

  /** The same in another state. */
  Circulation in(CirculationState next) {
    return new Circulation(
        home, id, next, revision, patient, until, lockUntil, changed, shop, wanted, way, parcel,
        token, wish);
  }

  /** In the hands of a shop; the code is used up. */
  Circulation heldBy(String holder, Instant heldUntil) {
    return new Circulation(
        home, id, state, revision, patient, until, heldUntil, changed, holder, "", way, parcel,
        null, wish);
  }

  /** In nobody's hands, and without a code. */
  Circulation free() {
    return new Circulation(
        home, id, state, revision, patient, until, null, changed, "", "", way, "", null, wish);
  }

  Circulation shown(Token code, String only, Way by, Wish where) {
    return new Circulation(
        home,
        id,
        state,
        revision,
        patient,
        until,
        null,
        changed,
        "",
        only,
        by.word(),
        "",
        code.digest(),
        where);
  }

  Circulation inParcel(String number) {
    return new Circulation(
        home, id, state, revision, patient, until, lockUntil, changed, shop, wanted, way, number,
        token, wish);
  }

  /** Whether a shop may come for it with the code. */
  boolean isSent(String to) {
    return state == CirculationState.AVAILABLE
        && token != null
        && !wanted.isEmpty()
        && wanted.equals(to);
  }

  /** Telephone and address, as the resident gave them; empty for none. */
  public record Wish(String telephone, String address) {
    static final Wish NONE = new Wish("", "");
  }

  /**
   * A drug of it.
   *
   * @param request id of the MedicationRequest
   * @param prescribed 0 where the prescription does not say how much
   */
  public record Drug(String request, int prescribed, int dispensed, String unit) {
    public int left() {
      return prescribed - dispensed;
    }
  }

  /**
   * What was counted out.
   *
   * @param id of the MedicationDispense
   * @param item of the shop's stock
   * @param fen what was asked for it
   * @param charge id of the ChargeItem; empty where nothing is charged
   * @param elsewhere whether it was paid past the platform, as the pharmacy says
   */
  public record Counted(
      String id,
      String request,
      String shop,
      String item,
      int quantity,
      long fen,
      int state,
      Instant at,
      List<String> traces,
      String charge,
      boolean elsewhere) {
    static final int OUT = 0;
    static final int HANDED = 1;
    static final int BACK = 2;
  }

  /** What was tried and refused. */
  public record Attempt(Instant at, String what, String shop) {}

  /** Ways to take it. */
  public enum Way {
    PICKUP,
    CABINET,
    DELIVERY;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    public static @Nullable Way of(String word) {
      for (Way each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      return null;
    }
  }
}
