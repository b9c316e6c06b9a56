package health.helan.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.Licence;
import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.Site;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** People and posts as they stand in the records. */
class StoreRegistryTests {
  private static final int CLINICS = 30;
  private static final int DOCTORS = 520;

  @Test
  void namesTheSameDoctorsInTheSameOrderWhateverTheIndexKey() {
    List<StoreRegistry.Holding> first = doctors((byte) 1);
    assertThat(first).hasSize(DOCTORS).isEqualTo(doctors((byte) 2));
    assertThat(first.getFirst().where()).isEqualTo("第一医院 医师");
    assertThat(first.getFirst().practitioner()).isEqualTo("doctor-0000");
  }

  @Test
  void nameThePlaceOfRegistrationFirstWhateverTheIndexKey() {
    for (byte index = 1; index <= 3; index++) {
      try (RecordStore store = open(index)) {
        var writes = new ArrayList<Interaction>();
        for (String place : List.of("a additional", "b additional", "m main", "z additional")) {
          String id = place.substring(0, 1);
          writes.add(put("Organization", id, "\"name\":\"医院\""));
          writes.add(
              put(
                  "PractitionerRole",
                  "at-" + id,
                  """
                  "practitioner":{"reference":"Practitioner/many"},"organization":{"reference":"Organization/%s"},
                  "extension":[{"url":"%s","extension":[{"url":"site","valueCode":"%s"}]}]"""
                      .formatted(id, Site.EXTENSION, place.substring(2))));
        }
        store.transact(Caller.platform("test"), writes, Set.of(), null);
        assertThat(new StoreRegistry(() -> store).posts("many"))
            .extracting(post -> post.institution())
            .containsExactly("m", "a", "b", "z");
      }
    }
  }

  private static RecordStore open(byte index) {
    var key = new byte[32];
    Arrays.fill(key, index);
    return RecordStore.open(
        PostgresForTests.emptyDatabase(),
        new StoreConfig(key, "one", "test", AccessPolicy.EVERYTHING, false));
  }

  private static List<StoreRegistry.Holding> doctors(byte index) {
    try (RecordStore store = open(index)) {
      var writes = new ArrayList<Interaction>();
      for (int i = 0; i < CLINICS; i++) {
        writes.add(
            put(
                "Organization",
                "clinic-" + i,
                "\"name\":\"%s\"".formatted(i == 0 ? "第一医院" : "诊所" + i)));
      }
      for (int i = 0; i < DOCTORS; i++) {
        writes.add(
            put(
                "PractitionerRole",
                "role-%04d".formatted(i),
                """
                "practitioner":{"reference":"Practitioner/doctor-%04d","display":"医师"},
                "organization":{"reference":"Organization/clinic-%d"},
                "code":[{"coding":[{"code":"doctor"}],"text":"医师"}]"""
                    .formatted(i, i % CLINICS)));
      }
      store.transact(Caller.platform("test"), writes, Set.of(), null);
      return new StoreRegistry(() -> store).doctors();
    }
  }

  @Test
  void giveNoPostToWhoseLicenceDoesNotHoldNorWhereNobodyApprovedIt() throws Exception {
    DataSource database = PostgresForTests.emptyDatabase();
    var providers = new Registry(database, Clock.systemUTC(), Registry.Unregistered.WARN);
    var config =
        new StoreConfig(
            new byte[32],
            "one",
            "test",
            AccessPolicy.EVERYTHING,
            false,
            new ZstdCodec(),
            ValueSets.ofR4(),
            providers.follower());
    try (RecordStore store = RecordStore.open(database, config)) {
      var writes = new ArrayList<Interaction>();
      writes.add(put("Organization", "h", "\"name\":\"第一医院\""));
      writes.add(put("Organization", "g", "\"name\":\"第二医院\""));
      for (String state : List.of("active", "suspended", "filed")) {
        writes.add(
            put(
                "Practitioner",
                state,
                """
                "qualification":[{"code":{"coding":[{"system":"%s","code":"physician"}]},"period":{"start":"2020-01-01"},
                  "extension":[{"url":"%s","extension":[{"url":"state","valueCode":"%s"},
                    {"url":"since","valueDateTime":"2024-01-01"}]}]}]"""
                    .formatted(LicenceKind.SYSTEM, Licence.EXTENSION, state)));
        for (String place : List.of("h approved", "g pending")) {
          writes.add(
              put(
                  "PractitionerRole",
                  state + "-" + place.charAt(0),
                  """
                  "practitioner":{"reference":"Practitioner/%s"},"organization":{"reference":"Organization/%s"},
                  "extension":[{"url":"%s","extension":[{"url":"state","valueCode":"%s"},{"url":"site","valueCode":"main"}]}]"""
                      .formatted(state, place.charAt(0), Site.EXTENSION, place.substring(2))));
        }
      }
      store.transact(Caller.platform("test"), writes, Set.of(), null);
      var registry =
          new StoreRegistry(
              () -> store,
              (practitioner, institution) -> {
                try (var connection = database.getConnection()) {
                  return providers
                      .licences()
                      .holds(connection, practitioner, institution, Instant.now());
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(registry.posts("active"))
          .extracting(post -> post.id())
          .containsExactly("active-h");
      assertThat(registry.posts("suspended")).isEmpty();
      assertThat(registry.mayPractise("suspended")).isFalse();
      assertThat(registry.posts("filed"))
          .as("nobody is locked out by a filing")
          .extracting(post -> post.id())
          .containsExactlyInAnyOrder("filed-g", "filed-h");
    }
  }

  private static Interaction put(String type, String id, String rest) {
    var tree =
        (ObjectNode)
            Json.MAPPER.readTree(
                "{\"resourceType\":\"%s\",\"id\":\"%s\",%s}".formatted(type, id, rest));
    return new Interaction.Update(
        type, id, null, Interaction.Body.of(tree), null, true, null, null);
  }
}
