package health.helan.foundation.registry;

import health.helan.foundation.registry.Registry.Unregistered;
import health.helan.foundation.registry.RegistryTable.Held;
import health.helan.foundation.registry.RegistryTable.Post;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Refusal;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody may act, by the rows of this moment. Somebody whom the registry knows (one of
 * whose licences was ever active) may act where a place is approved, while a licence holds and the
 * institution's does; about all others the registry has no word, and {@link Unregistered} decides.
 */
final class Standing implements Licences {
  /** Licences of institutions to work at all, beside those to serve online. */
  private static final Set<String> TO_WORK =
      Set.of(
          LicenceKind.MEDICAL_INSTITUTION.code(),
          LicenceKind.CLINIC_RECORD.code(),
          LicenceKind.DRUG_RETAIL.code());

  private final Unregistered unregistered;

  Standing(Unregistered unregistered) {
    this.unregistered = unregistered;
  }

  static boolean prescribes(Held held) {
    LicenceKind kind = LicenceKind.of(held.kind());
    return kind != null && kind.prescribes();
  }

  @Override
  public void check(Connection connection, String who, String institution, Instant at)
      throws SQLException {
    if (who.startsWith("Organization/")) {
      Refusal against = againstInstitution(connection, who.substring(13), at);
      if (against != null) {
        throw against;
      }
      return;
    }
    if (!who.startsWith("Practitioner/")) {
      return;
    }
    String practitioner = who.substring(13);
    Refusal against = against(connection, practitioner, institution, at, true);
    if (against != null) {
      throw against;
    }
  }

  @Override
  public void checkCarer(Connection connection, String practitioner, String institution, Instant at)
      throws SQLException {
    check(connection, "Practitioner/" + practitioner, institution, at);
    List<Held> held = RegistryTable.licences(connection, "Practitioner/" + practitioner, at);
    // Whom the registry does not know has passed as unregistered, or not at all.
    if (isKnown(held) && held.stream().noneMatch(one -> one.holds() && cares(one))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.not-a-carer");
    }
  }

  private static boolean cares(Held held) {
    LicenceKind kind = LicenceKind.of(held.kind());
    return kind != null && kind.cares();
  }

  @Override
  public boolean holds(Connection connection, String practitioner, String institution, Instant at)
      throws SQLException {
    return against(connection, practitioner, institution, at, false) == null;
  }

  /**
   * Lets a prescription pass, or refuses it.
   *
   * @param needed rights that it needs; the ordinary one always among them
   */
  void checkPrescriber(
      Connection connection,
      String practitioner,
      String institution,
      Instant at,
      Set<PrescribingRight> needed)
      throws SQLException {
    Refusal against = against(connection, practitioner, institution, at, true);
    if (against != null) {
      throw at("MedicationRequest.requester", against);
    }
    List<Held> held = RegistryTable.licences(connection, "Practitioner/" + practitioner, at);
    if (!isKnown(held)) {
      return; // Passed as unregistered.
    }
    if (held.stream().noneMatch(one -> one.holds() && prescribes(one))) {
      throw at(
          "MedicationRequest.requester",
          new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.not-a-prescriber"));
    }
    List<String> rights =
        RegistryTable.posts(connection, practitioner, institution, at).stream()
            .filter(post -> post.active() && post.holds())
            .flatMap(post -> post.rights().stream())
            .toList();
    for (PrescribingRight need : needed) {
      boolean has =
          rights.stream()
              .map(PrescribingRight::of)
              .anyMatch(right -> right != null && right.covers(need));
      if (!has) {
        throw at(
            "MedicationRequest.requester",
            new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-right", need.code()));
      }
    }
  }

  private static Refusal at(String place, Refusal why) {
    return new Refusal(why.kind(), place, why.messageKey(), why.arguments().toArray());
  }

  private static boolean isKnown(List<Held> held) {
    return held.stream().anyMatch(one -> one.state().isRegistered());
  }

  private @Nullable Refusal against(
      Connection connection, String practitioner, String institution, Instant at, boolean isAct)
      throws SQLException {
    List<Held> held = RegistryTable.licences(connection, "Practitioner/" + practitioner, at);
    if (!isKnown(held)) {
      if (isAct) {
        Metrics.counter(
                "helan.registry.unregistered.acts",
                "allowed",
                Boolean.toString(unregistered == Unregistered.WARN))
            .increment();
      }
      return unregistered == Unregistered.WARN
          ? null
          : new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.unregistered");
    }
    if (held.stream().noneMatch(Held::holds)) {
      return notHolding(held, "registry.licence");
    }
    if (institution.isEmpty()) {
      return null;
    }
    List<Post> posts = RegistryTable.posts(connection, practitioner, institution, at);
    if (posts.stream().noneMatch(post -> post.active() && post.holds())) {
      SiteState state =
          posts.stream()
              .map(Post::state)
              .max(java.util.Comparator.naturalOrder())
              .orElse(SiteState.UNFILED);
      return new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-site", state.word());
    }
    return againstInstitution(connection, institution, at);
  }

  private static @Nullable Refusal againstInstitution(
      Connection connection, String institution, Instant at) throws SQLException {
    List<Held> held =
        RegistryTable.licences(connection, "Organization/" + institution, at).stream()
            .filter(one -> TO_WORK.contains(one.kind()))
            .toList();
    return !isKnown(held) || held.stream().anyMatch(Held::holds)
        ? null
        : notHolding(held, "registry.institution-licence");
  }

  /** Names the state: of several, the one that is nearest to holding. */
  private static Refusal notHolding(List<Held> held, String key) {
    LicenceState state = LicenceState.EXPIRED;
    for (Held one : held) {
      if (one.state() == LicenceState.SUSPENDED) {
        state = LicenceState.SUSPENDED;
      }
    }
    return new Refusal(Refusal.Kind.BUSINESS_RULE, key, state.word());
  }
}
