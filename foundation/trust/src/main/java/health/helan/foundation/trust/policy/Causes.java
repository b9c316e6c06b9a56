package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.GrantRules.Around;
import health.helan.foundation.store.GrantRules.Written;
import health.helan.foundation.store.Sensitivity;
import health.helan.foundation.trust.consent.Grant;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which acts open a record, to whom and for how long. The times are ours; the guide lists them. */
final class Causes {
  /** A booked record opens so long before the appointment. */
  static final Duration BEFORE_APPOINTMENT = Duration.ofDays(1);

  /** It stays open so long after an appointment, an encounter or a referral has ended. */
  static final Duration AFTERWARDS = Duration.ofDays(7);

  /** A visit that nobody closes ends so long after the last word of it. */
  static final Duration OUTPATIENT = Duration.ofDays(3);

  static final Duration INPATIENT = Duration.ofDays(30);

  /** An accepted referral without an end of its own. */
  static final Duration REFERRAL = Duration.ofDays(30);

  static final Duration EMERGENCY = Duration.ofHours(4);

  /** {@code Task.code} of an emergency access; only the platform itself makes such a Task. */
  static final String TASK_SYSTEM = "https://helan.health/fhir/CodeSystem/task";

  static final String EMERGENCY_TASK = "emergency-access";

  /** {@code Task.code} of a regulator's case; only the platform itself makes such a Task. */
  static final String CASE_TASK = "regulatory-case";

  /** An ordinary grant opens level 4; the sensitive categories only where the act names them. */
  private static final int LEVEL = 4;

  private static final Set<String> BOOKED =
      Set.of("pending", "booked", "arrived", "checked-in", "fulfilled");
  private static final Set<String> PRESENT = Set.of("arrived", "triaged", "in-progress", "onleave");
  private static final Set<String> OFFERED = Set.of("requested", "received");
  private static final Set<String> ACCEPTED = Set.of("accepted", "in-progress", "on-hold");

  private Causes() {}

  /** Could it open anything at this time? */
  static boolean isLive(String type, ObjectNode resource, Instant at) {
    return switch (type) {
      case "Appointment", "Encounter" -> {
        Instant until = until(type, resource, at);
        yield until != null && until.isAfter(at);
      }
      case "Task" ->
          isEmergency(resource)
              || OFFERED.contains(status(resource))
              || ACCEPTED.contains(status(resource))
              || status(resource).equals("completed");
      default -> true;
    };
  }

  static List<Grant> grants(
      Caller caller, Written written, ObjectNode after, Instant at, Around around)
      throws SQLException {
    List<String> actors = new ArrayList<>();
    List<String> about = new ArrayList<>();
    Instant since = at;
    switch (written.type()) {
      case "Appointment" -> {
        for (JsonNode participant : after.path("participant")) {
          String actor = participant.path("actor").path("reference").asString("");
          about.add(actor);
          actors.add(actor);
        }
        Instant start = instant(after.path("start"));
        if (start != null && start.minus(BEFORE_APPOINTMENT).isAfter(at)) {
          since = start.minus(BEFORE_APPOINTMENT);
        }
      }
      case "Encounter" -> {
        about.add(after.path("subject").path("reference").asString(""));
        for (JsonNode participant : after.path("participant")) {
          actors.add(participant.path("individual").path("reference").asString(""));
        }
        actors.add(after.path("serviceProvider").path("reference").asString(""));
      }
      case "Task" -> {
        about.add(after.path("for").path("reference").asString(""));
        if (isEmergency(after)) {
          return caller.isRoot() ? emergency(after, about, at) : List.of();
        }
        if (isCase(after)) {
          return caller.isRoot() ? regulatory(after, about, at) : List.of();
        }
        if (isCorrection(after)) {
          return List.of(); // To answer it takes no look at the record of anybody else.
        }
        actors.add(after.path("owner").path("reference").asString(""));
      }
      default -> throw new IllegalStateException(written.type());
    }
    Instant until = until(written.type(), after, at);
    if (until == null || !until.isAfter(at)) {
      return List.of();
    }
    int categories = specialties(after);
    int weight =
        written.type().equals("Task") && OFFERED.contains(status(after))
            ? GrantSql.OFFERED
            : GrantSql.OPENED;
    List<Grant> grants = new ArrayList<>();
    for (String grantee : grantees(actors, around)) {
      for (String patient : Grants.patients(about)) {
        grants.add(new Grant(patient, grantee, since, until, weight, LEVEL, categories));
      }
    }
    return grants;
  }

  private static List<Grant> emergency(ObjectNode task, List<String> about, Instant at) {
    Instant until = instant(task.path("restriction").path("period").path("end"));
    String grantee = task.path("requester").path("reference").asString("");
    if (until == null || !until.isAfter(at) || status(task).equals("completed")) {
      return List.of();
    }
    return Grants.patients(about).stream()
        .map(
            patient ->
                new Grant(patient, grantee, at, until, GrantSql.EMERGENCY, 5, Sensitivity.ALL))
        .toList();
  }

  /** To the regulator who asked, and to nobody else of the authority. */
  private static List<Grant> regulatory(ObjectNode task, List<String> about, Instant at) {
    Instant until = instant(task.path("restriction").path("period").path("end"));
    String account = RegulatoryCase.requester(task);
    if (until == null
        || !until.isAfter(at)
        || account.isEmpty()
        || !status(task).equals("in-progress")) {
      return List.of();
    }
    int categories = RegulatoryCase.categories(task);
    return Grants.patients(about).stream()
        .map(
            patient ->
                new Grant(
                    patient,
                    Grantee.account(account),
                    at,
                    until,
                    GrantSql.EMERGENCY,
                    LEVEL,
                    categories))
        .toList();
  }

  /**
   * A Task of another institution that is addressed to the caller: the other's act stands behind
   * it.
   */
  static boolean isReferralOf(Caller caller, Written written) {
    ObjectNode before = written.before();
    String owner = written.owner();
    return written.type().equals("Task")
        && before != null
        && owner != null
        && !owner.isEmpty()
        && !owner.equals(caller.institution());
  }

  /** Until when it opens; null when it opens nothing. */
  private static @Nullable Instant until(String type, ObjectNode resource, Instant at) {
    String status = status(resource);
    switch (type) {
      case "Appointment" -> {
        if (!BOOKED.contains(status)) {
          return null;
        }
        Instant end = instant(resource.path("end"));
        Instant last = end != null ? end : instant(resource.path("start"));
        return (last == null ? at : last).plus(AFTERWARDS);
      }
      case "Encounter" -> {
        Instant end = instant(resource.path("period").path("end"));
        if (status.equals("finished")) {
          return end == null ? null : end.plus(AFTERWARDS);
        }
        if (!PRESENT.contains(status)) {
          return null;
        }
        String kind = resource.path("class").path("code").asString("").toUpperCase(Locale.ROOT);
        boolean staysIn = kind.equals("IMP") || kind.equals("ACUTE") || kind.equals("NONAC");
        Instant open = at.plus(staysIn ? INPATIENT : OUTPATIENT);
        return end != null && end.plus(AFTERWARDS).isBefore(open) ? end.plus(AFTERWARDS) : open;
      }
      case "Task" -> {
        Instant end = instant(resource.path("restriction").path("period").path("end"));
        if (ACCEPTED.contains(status) || OFFERED.contains(status)) {
          return end != null ? end : at.plus(REFERRAL);
        }
        return status.equals("completed") ? at.plus(AFTERWARDS) : null;
      }
      default -> {
        return null;
      }
    }
  }

  /** Whom the actors are: a role stands for its practitioner, a service for who provides it. */
  private static Set<String> grantees(List<String> actors, Around around) throws SQLException {
    Set<String> grantees = new LinkedHashSet<>();
    for (String actor : actors) {
      int slash = actor.indexOf('/');
      String type = slash < 0 ? "" : actor.substring(0, slash);
      String id = actor.substring(slash + 1);
      switch (type) {
        case "Practitioner", "Organization", "CareTeam" -> grantees.add(actor);
        case "PractitionerRole" -> {
          ObjectNode role = around.read(type, id);
          String who = role == null ? "" : role.path("practitioner").path("reference").asString("");
          if (who.startsWith("Practitioner/")) {
            grantees.add(who);
          }
        }
        case "HealthcareService" -> {
          ObjectNode service = around.read(type, id);
          String who =
              service == null ? "" : service.path("providedBy").path("reference").asString("");
          if (who.startsWith("Organization/")) {
            grantees.add(who);
          }
        }
        default -> {
          // Patients, places and devices are no grantees.
        }
      }
    }
    return grantees;
  }

  /**
   * The sensitive category that a visit to this specialty is about, by the labels of {@code
   * meta.security} of the booking itself: a visit to a psychiatrist carries {@code PSY}.
   */
  private static int specialties(ObjectNode resource) {
    int bits = 0;
    for (JsonNode label : resource.path("meta").path("security")) {
      Sensitivity one = Sensitivity.ofLabel(label.path("code").asString(""));
      bits |= one == null ? 0 : one.bit();
    }
    return bits;
  }

  static boolean isEmergency(ObjectNode task) {
    return hasCode(task, EMERGENCY_TASK);
  }

  /** A resident's request to correct a record; it opens nothing. */
  static boolean isCorrection(ObjectNode task) {
    return hasCode(task, CorrectionRequest.CODE);
  }

  static boolean isCase(ObjectNode task) {
    return hasCode(task, CASE_TASK);
  }

  private static boolean hasCode(ObjectNode task, String code) {
    for (JsonNode coding : task.path("code").path("coding")) {
      if (TASK_SYSTEM.equals(coding.path("system").asString(""))
          && code.equals(coding.path("code").asString(""))) {
        return true;
      }
    }
    return false;
  }

  private static String status(ObjectNode resource) {
    return resource.path("status").asString("");
  }

  /** Start of the day for a date; null for what is no time. */
  public static @Nullable Instant instant(JsonNode node) {
    String text = node.asString("");
    try {
      return text.length() > 10
          ? OffsetDateTime.parse(text).toInstant()
          : text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.ofHours(8)).toInstant()
              : null;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
