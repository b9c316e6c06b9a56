package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Write;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.consent.ConsentTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What residents write: about themselves and those they act for, in their own name. */
final class ResidentWrites {
  private static final Set<String> BOOKED = Set.of("proposed", "pending", "booked", "cancelled");

  private ResidentWrites() {}

  static void check(Caller caller, Write write) {
    ObjectNode after = write.after();
    if (after == null) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    if (!isOwn(caller, write.type(), after)
        || write.before() != null && !mayChange(caller, write)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.not-yours", write.type());
    }
    if (write.type().equals("Consent")
        && !ConsentTexts.isKnown(after.path("policy").path(0).path("uri").asString(""))) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "Consent.policy.uri", "access.consent-text", new Object[] {});
    }
    if (write.type().equals("Task")) {
      CorrectionRequest.checkResident(write);
    }
    if (write.type().equals("Appointment")) {
      String status = after.path("status").asString("");
      boolean isInstitutions = write.owner() != null && !write.owner().isEmpty();
      if (isInstitutions ? !status.equals("cancelled") : !BOOKED.contains(status)) {
        throw new Refusal(
            Refusal.Kind.FORBIDDEN,
            "Appointment.status",
            "access.not-for-resident",
            new Object[] {"Appointment", "status"});
      }
    }
  }

  /** Own things; and an appointment that the institution entered, for cancelling it. */
  private static boolean mayChange(Caller caller, Write write) {
    ObjectNode before = write.before();
    return before != null
        && isOwn(caller, write.type(), before)
        && (write.type().equals("Appointment") || "".equals(write.owner()));
  }

  private static boolean isOwn(Caller caller, String type, ObjectNode resource) {
    List<@Nullable String> about = new ArrayList<>();
    List<@Nullable String> author = new ArrayList<>();
    switch (type) {
      case "Appointment" -> {
        for (JsonNode participant : resource.path("participant")) {
          String actor = reference(participant.path("actor"));
          if (actor != null && isPerson(actor)) {
            about.add(actor);
          }
        }
      }
      case "AppointmentResponse" -> about.add(reference(resource.path("actor")));
      case "Consent" -> {
        about.add(reference(resource.path("patient")));
        resource.path("performer").forEach(one -> author.add(reference(one)));
      }
      case "Observation" -> {
        about.add(reference(resource.path("subject")));
        resource.path("performer").forEach(one -> author.add(reference(one)));
        if (author.isEmpty()) {
          return false; // Whose reading it is must be said: it may not pass for a laboratory's.
        }
      }
      case "QuestionnaireResponse" -> {
        about.add(reference(resource.path("subject")));
        if (resource.has("author")) {
          author.add(reference(resource.path("author")));
        }
      }
      case "Communication" -> {
        about.add(reference(resource.path("subject")));
        author.add(reference(resource.path("sender")));
      }
      case "Task" -> {
        about.add(reference(resource.path("for")));
        author.add(reference(resource.path("requester")));
      }
      default -> {
        return false;
      }
    }
    return !about.isEmpty()
        && about.stream().allMatch(one -> isOwn(caller, one))
        && author.stream().allMatch(one -> isOwn(caller, one));
  }

  private static @Nullable String reference(JsonNode node) {
    String reference = node.path("reference").asString("");
    return reference.isEmpty() ? null : reference;
  }

  private static boolean isPerson(String reference) {
    return !reference.startsWith("Practitioner")
        && !reference.startsWith("HealthcareService/")
        && !reference.startsWith("Location/")
        && !reference.startsWith("Device/");
  }

  private static boolean isOwn(Caller caller, @Nullable String reference) {
    return reference != null
        && reference.startsWith("Patient/")
        && caller.binding().patients().contains(reference.substring("Patient/".length()));
  }
}
