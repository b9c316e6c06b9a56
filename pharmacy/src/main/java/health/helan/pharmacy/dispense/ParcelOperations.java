package health.helan.pharmacy.dispense;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.dispense.ParcelStep.Party;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations of parcels; {@code docs/guide/dispensing.md} tells of their parameters. Each reads
 * parameters and answers; the service decides.
 */
public final class ParcelOperations {
  /** What the policy calls them ({@code docs/guide/access.md}). */
  static final String READ = "parcels";

  static final String STEP = "parcel-step";

  private static final int SHORTEST_REASON = 4;
  private static final int LONGEST_REASON = 500;

  /** Largest picture, in bytes. */
  private static final int LARGEST = 512 << 10;

  private final Parcels parcels;

  private ParcelOperations(Parcels parcels) {
    this.parcels = parcels;
  }

  public static List<FhirOperation> all(Parcels parcels) {
    var these = new ParcelOperations(parcels);
    List<FhirOperation> all = new ArrayList<>();
    all.add(onSystem("parcels", false, READ, these::list));
    all.add(onSystem("parcel", false, READ, these::read));
    all.add(
        NamedOperation.of(
            "parcel", "parcel-pack", Level.INSTANCE, "Task", true, STEP, these::pack));
    for (ParcelStep step :
        new ParcelStep[] {ParcelStep.PICK, ParcelStep.DEPART, ParcelStep.TURN_BACK}) {
      all.add(onSystem("parcel-" + step.word(), true, STEP, call -> these.go(call, step)));
    }
    all.add(onSystem("parcel-deliver", true, STEP, these::deliver));
    all.add(onSystem("parcel-take-back", true, STEP, these::takeBack));
    all.add(onSystem("parcel-reading", true, STEP, these::reading));
    return all;
  }

  private static FhirOperation onSystem(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("parcel", name, Level.SYSTEM, "", changes, right, work);
  }

  private static String parcel(Given given) {
    String id = given.need("parcel");
    if (!id.matches("[0-9a-z]{1,64}")) {
      throw Given.wrong("parcel");
    }
    return id;
  }

  /** {@code POST Task/[id]/$parcel-pack}: {@code carrier}; {@code low} and {@code high} in °C. */
  private Answer pack(Call call) {
    var given = new Given(call);
    given.only(Set.of("carrier", "low", "high"));
    String carrier = given.id("carrier", "Organization");
    if (carrier == null) {
      throw Given.missing("carrier");
    }
    Integer low = tenths(given, "low");
    Integer high = tenths(given, "high");
    if (low == null && high != null || low != null && (high == null || low >= high)) {
      throw Given.wrong("low");
    }
    Parcel packed =
        parcels.pack(
            call.caller(),
            Objects.requireNonNull(call.id()),
            carrier,
            low == null || high == null ? null : new Parcels.Cold(low, high));
    return answer(call, new Parcels.Seen(packed, Party.SHOP));
  }

  private static @Nullable Integer tenths(Given given, String name) {
    String text = given.text(name);
    if (text == null) {
      return null;
    }
    if (!text.matches("-?\\d{1,2}(\\.\\d)?")) {
      throw Given.wrong(name);
    }
    return new BigDecimal(text).movePointRight(1).intValueExact();
  }

  /** {@code POST $parcel-[step]}: {@code parcel}, {@code reason} where one is needed. */
  private Answer go(Call call, ParcelStep step) {
    var given = new Given(call);
    return again(
        call,
        parcels.go(call.caller(), parcel(given), step, step.wantsReason() ? reason(given) : null));
  }

  private static String reason(Given given) {
    return given.need("reason", SHORTEST_REASON, LONGEST_REASON);
  }

  /** {@code POST $parcel-take-back}: {@code parcel}, {@code resale}, {@code reason}. */
  private Answer takeBack(Call call) {
    var given = new Given(call);
    return again(
        call, parcels.takeBack(call.caller(), parcel(given), given.flag("resale"), reason(given)));
  }

  /**
   * {@code POST $parcel-deliver}: {@code parcel}; {@code code}, or {@code name} and {@code digits};
   * {@code proof} (base64 of a PNG or JPEG).
   */
  private Answer deliver(Call call) {
    var given = new Given(call);
    String code = given.text("code");
    String name = given.text("name");
    String digits = given.text("digits");
    if (code == null && (name == null || digits == null)) {
      throw Given.missing("code");
    }
    if (digits != null && digits.length() != 4) {
      throw Given.wrong("digits");
    }
    return again(
        call,
        parcels.deliver(
            call.caller(), parcel(given), new Parcels.Identity(code, name, digits), proof(call)));
  }

  private static Parcels.Proof proof(Call call) {
    String data = "";
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (parameter.path("name").asString("").equals("proof")) {
          data =
              parameter
                  .path("valueBase64Binary")
                  .asString(parameter.path("valueString").asString(""));
        }
      }
    }
    if (data.isEmpty()) {
      throw Given.missing("proof");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(data);
    } catch (IllegalArgumentException e) {
      throw Given.wrong("proof");
    }
    String type =
        startsWith(bytes, 0x89, 'P', 'N', 'G')
            ? "image/png"
            : startsWith(bytes, 0xff, 0xd8, 0xff) ? "image/jpeg" : "";
    if (type.isEmpty() || bytes.length > LARGEST) {
      throw Given.wrong("proof");
    }
    return new Parcels.Proof(type, data);
  }

  private static boolean startsWith(byte[] bytes, int... head) {
    for (int i = 0; i < head.length; i++) {
      if (bytes.length <= i || (bytes[i] & 0xff) != head[i]) {
        return false;
      }
    }
    return true;
  }

  /** {@code POST $parcel-reading}: {@code parcel}, {@code celsius}. */
  private Answer reading(Call call) {
    var given = new Given(call);
    Integer tenths = tenths(given, "celsius");
    if (tenths == null) {
      throw Given.missing("celsius");
    }
    return again(call, parcels.read(call.caller(), parcel(given), tenths));
  }

  // ------------------------------------------------------------------ answers

  /** {@code GET $parcel}: {@code parcel}. */
  private Answer read(Call call) {
    return answer(call, parcels.seen(call.caller(), parcel(new Given(call))));
  }

  private Answer again(Call call, Parcel row) {
    return answer(call, parcels.seen(call.caller(), row.id()));
  }

  private Answer answer(Call call, Parcels.Seen seen) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    put(words.group("parcel"), seen);
    for (ParcelTable.Reading reading : parcels.readings(seen.row())) {
      words
          .group("reading")
          .decimal("celsius", reading.tenths() / 10.0)
          .flag("outside", reading.outside())
          .time("at", reading.at());
    }
    return Words.answer(answer);
  }

  private void put(Words words, Parcels.Seen seen) {
    Parcel row = seen.row();
    words.text("id", row.id()).code("state", row.state().word());
    words.code("side", seen.party().name().toLowerCase(java.util.Locale.ROOT));
    words.time("packed", row.packed()).time("changed", row.changed());
    words.reference("shop", "Organization/" + row.shop(), parcels.shopName(row.shop()));
    words.reference("carrier", "Organization/" + row.carrier(), null);
    if (seen.party() != Party.COURIER) {
      words.reference("task", "Task/" + row.circulation(), null);
      words.reference("delivery", "SupplyDelivery/" + row.delivery(), null);
    }
    words.flag("cold", row.isCold());
    if (row.low() != null && row.high() != null) {
      words.decimal("low", row.low() / 10.0).decimal("high", row.high() / 10.0);
      words.flag("excursion", row.excursion()).time("read", row.readAt());
    }
    // A courier who has not taken it sees where it goes, and not to whom.
    boolean isOpen = seen.party() != Party.COURIER || !row.courier().isEmpty();
    if (!row.state().isFinal() || seen.party() != Party.COURIER) {
      words.text("address", row.door().address());
      if (isOpen) {
        words.text("name", row.door().name()).text("telephone", row.door().telephone());
      }
    }
    if (seen.party() == Party.RESIDENT && !row.state().isFinal()) {
      words.text("code", parcels.doorCode(row));
    }
    for (ParcelStep step : ParcelStep.values()) {
      if (seen.isOpen(step)) {
        words.code("open", step.word());
      }
    }
  }

  /** {@code GET $parcels}: for residents {@code patient}. */
  private Answer list(Call call) {
    var given = new Given(call);
    if (call.caller().role() != Role.RESIDENT && call.caller().role() != Role.PRACTITIONER) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", READ);
    }
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Parcels.Seen seen :
        parcels.list(
            call.caller(), call.caller().role() == Role.RESIDENT ? given.patient() : null)) {
      put(words.group("parcel"), seen);
    }
    return Words.answer(answer);
  }
}
