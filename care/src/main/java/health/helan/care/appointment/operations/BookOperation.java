package health.helan.care.appointment.operations;

import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.Settlement;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST Appointment/$book} (IHE ITI-117): confirms the hold that {@code
 * appointment-reference} names, or books at once what {@link HoldOperation} would hold. {@code POST
 * Appointment/[id]/$book} confirms that one. {@code payment=counter} where the visit costs
 * something.
 */
final class BookOperation implements FhirOperation {
  private static final Set<String> KNOWN = known();

  private final Appointments appointments;

  BookOperation(Appointments appointments) {
    this.appointments = appointments;
  }

  private static Set<String> known() {
    var known = new HashSet<>(HoldOperation.KNOWN);
    known.add("payment");
    return Set.copyOf(known);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "book",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-book");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "book");
    var in = new Given(call);
    in.only(KNOWN);
    String payment = in.text("payment");
    if (Settlement.ONLINE.code().equals(payment)) {
      // That it was paid, payment says, and not who would like to have paid.
      throw Given.wrong("payment");
    }
    String id = call.id();
    if (id != null) {
      return Out.appointment(appointments.confirm(call.caller(), id, call.ifMatch(), payment));
    }
    String held = held(in);
    return Out.bundle(
        call.base(),
        held != null
            ? appointments.confirm(call.caller(), held, call.ifMatch(), payment)
            : appointments.book(call.caller(), HoldOperation.wanted(call, in), payment));
  }

  /** The hold that is meant; null for proposals and Slots. */
  private @Nullable String held(Given in) {
    List<String> references = in.ids("appointment-reference", "Appointment");
    return references.size() == 1 && !appointments.isProposal(references.getFirst())
        ? references.getFirst()
        : null;
  }
}
