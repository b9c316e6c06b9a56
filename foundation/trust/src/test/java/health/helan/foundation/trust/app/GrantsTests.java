package health.helan.foundation.trust.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.PeopleForTests;
import health.helan.foundation.trust.account.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTests {
  private final PeopleForTests people = new PeopleForTests();
  private final Sql sql = new Sql(people.database);
  private final Grants grants = new Grants(sql, people.key, people.clock);
  private final Clients clients = new Clients(sql, people.key, people.clock);

  private Grants.Grant grant(String session) {
    Instant now = people.clock.instant();
    String account = health.helan.foundation.store.Ids.next(7);
    return new Grants.Grant(
        Grants.newId(account), "app", account, session, "{}", now, now.plus(Duration.ofDays(1)));
  }

  private Grants.Token token(Grants.Kind kind, String token) {
    return new Grants.Token(
        kind, grants.digest(kind, token), people.clock.instant().plus(Duration.ofHours(1)));
  }

  @Test
  void areFoundByTheirTokensAndKeepNone() {
    Grants.Grant grant = grant(health.helan.foundation.store.Ids.next(7));
    grants.save(grant, List.of(token(Grants.Kind.ACCESS, "a"), token(Grants.Kind.REFRESH, "r")));
    assertThat(Objects.requireNonNull(grants.find(Grants.Kind.ACCESS, "a")).grant())
        .isEqualTo(grant);
    assertThat(grants.find(Grants.Kind.REFRESH, "a")).as("of another kind").isNull();
    assertThat(grants.find(Grants.Kind.ACCESS, "b")).isNull();
  }

  @Test
  void endWhenAReplacedRefreshTokenIsShownAgain() {
    Grants.Grant grant = grant(health.helan.foundation.store.Ids.next(7));
    grants.save(grant, List.of(token(Grants.Kind.ACCESS, "a1"), token(Grants.Kind.REFRESH, "r1")));
    grants.save(grant, List.of(token(Grants.Kind.ACCESS, "a2"), token(Grants.Kind.REFRESH, "r2")));
    assertThat(grants.find(Grants.Kind.ACCESS, "a1")).as("replaced").isNull();
    assertThat(grants.find(Grants.Kind.ACCESS, "a2")).isNotNull();
    var changed = new ArrayList<String>();
    grants.onChange(changed::add);
    assertThat(grants.find(Grants.Kind.REFRESH, "r1")).isNull();
    assertThat(changed).containsExactly(grant.id());
    assertThat(grants.find(Grants.Kind.REFRESH, "r2")).as("the thief's or the owner's").isNull();
    assertThat(grants.find(Grants.Kind.ACCESS, "a2")).isNull();
  }

  @Test
  void endWithTheirSession() {
    String session = health.helan.foundation.store.Ids.next(7);
    Grants.Grant grant = grant(session);
    grants.save(grant, List.of(token(Grants.Kind.ACCESS, "a")));
    grants.endOfSession(health.helan.foundation.store.Ids.next(7));
    assertThat(grants.find(Grants.Kind.ACCESS, "a")).isNotNull();
    grants.endOfSession(session);
    assertThat(grants.find(Grants.Kind.ACCESS, "a")).isNull();
  }

  @Test
  void goOnWithoutASessionUntilTheAccountIsCleared() {
    String session = health.helan.foundation.store.Ids.next(7);
    Grants.Grant asked = grant(session);
    grants.save(asked, List.of(token(Grants.Kind.STATE, "s")));
    // Only once it is allowed is it known that the app may go on offline.
    Grants.Grant offline =
        new Grants.Grant(
            asked.id(), "app", asked.account(), "", "{}", asked.created(), asked.until());
    grants.save(offline, List.of(token(Grants.Kind.REFRESH, "r")));
    grants.endOfSession(session);
    assertThat(grants.find(Grants.Kind.REFRESH, "r")).isNotNull();
    grants.endOffline(asked.account());
    assertThat(grants.find(Grants.Kind.REFRESH, "r")).isNull();
  }

  @Test
  void rememberWhatAPersonAllowedUntilItIsTakenBack() {
    Grants.Grant grant = grant(health.helan.foundation.store.Ids.next(7));
    grants.save(grant, List.of(token(Grants.Kind.ACCESS, "a")));
    grants.allow(grant.account(), "app", Set.of("patient/*.rs"));
    assertThat(grants.allowed(grant.account(), "app")).containsExactly("patient/*.rs");
    grants.allow(grant.account(), "app", Set.of());
    assertThat(grants.allowed(grant.account(), "app")).isEmpty();
    assertThat(grants.find(Grants.Kind.ACCESS, "a")).as("its tokens end too").isNull();
  }

  @Test
  void takeAnAssertionOnceAndALaunchForTenMinutes() {
    Instant soon = people.clock.instant().plusSeconds(60);
    assertThat(grants.isFirstUse("system", "1", soon)).isTrue();
    assertThat(grants.isFirstUse("system", "1", soon)).isFalse();
    assertThat(grants.isFirstUse("other", "1", soon)).isTrue();
    var launch = new Grants.Launch("account", "app", "patient", "encounter");
    String token = grants.launch(launch);
    assertThat(grants.launched(token)).isEqualTo(launch);
    people.clock.pass(Duration.ofMinutes(11));
    assertThat(grants.launched(token)).isNull();
  }

  private static Client client(Client.Kind kind, List<String> redirects, @Nullable String jwks) {
    List<String> scopes =
        kind == Client.Kind.SYSTEM ? List.of("system/*.rs") : List.of("patient/*.rs");
    return new Client("app-1", "应用", kind, redirects, scopes, null, jwks, "", true, Instant.EPOCH);
  }

  @Test
  void areForClientsThatAnOperatorRegistered() {
    String secret =
        Objects.requireNonNull(
            clients.register(client(Client.Kind.SECRET, List.of("https://app.example/cb"), null)));
    String digest = Objects.requireNonNull(clients.secretOf("app-1"));
    assertThat(digest).doesNotContain(secret);
    assertThat(Clients.isSecret(people.key, "app-1", secret, digest)).isTrue();
    assertThat(Clients.isSecret(people.key, "app-1", secret + "x", digest)).isFalse();
    assertThat(Objects.requireNonNull(clients.find("app-1")).redirects())
        .containsExactly("https://app.example/cb");
    assertThat(clients.find("app-2")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://app.example/cb",
        "https://app.example/*",
        "https://app.example/cb#x",
        "/cb",
        "javascript:alert(1)",
        "not an address"
      })
  void areNotForUnsafeRedirects(String redirect) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> clients.register(client(Client.Kind.PUBLIC, List.of(redirect), null)));
  }

  @Test
  void areNotForPrivateOrMissingKeys() throws Exception {
    String privateKey =
        new com.nimbusds.jose.jwk.JWKSet(
                new com.nimbusds.jose.jwk.gen.ECKeyGenerator(com.nimbusds.jose.jwk.Curve.P_384)
                    .keyID("1")
                    .generate())
            .toString(false);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> clients.register(client(Client.Kind.SYSTEM, List.of(), privateKey)));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> clients.register(client(Client.Kind.SYSTEM, List.of(), null)));
  }

  @Test
  void areSignedByAKeyThatAllInstancesShare() {
    SigningKeys keys = new SigningKeys(sql, people.key, people.clock);
    String first = keys.keys().toString(false);
    assertThat(new SigningKeys(sql, people.key, people.clock).keys().toString(false))
        .isEqualTo(first);
    people.clock.pass(Duration.ofDays(1));
    keys.rotate();
    assertThat(keys.keys().getKeys()).hasSize(2);
    assertThat(keys.keys().getKeys().getLast().getKeyID()).as("still verifies").isEqualTo("1");
  }
}
