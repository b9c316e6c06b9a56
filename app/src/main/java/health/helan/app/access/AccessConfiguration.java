package health.helan.app.access;

import health.helan.app.start.DataFolder;
import health.helan.app.start.RunArguments;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.account.Sessions;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import health.helan.foundation.trust.app.SigningKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts sign-in together. */
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {
  /** Secret of sign-in, in the data folder. */
  private static final String KEY_FILE = "sign-in-key";

  /** The same secret by environment, for several instances on one database. */
  private static final String KEY_VARIABLE = "HELAN_SIGN_IN_KEY";

  /** How old the proof of who acts may be, in minutes, where an act asks for one. */
  private static final String PROOF_VARIABLE = "HELAN_PROOF_MINUTES";

  @Bean
  AccessSettings accessSettings(RunArguments arguments) {
    return AccessSettings.of(System.getenv(), arguments.address());
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  SignInKey signInKey(DataFolder data) {
    return new SignInKey(key(System.getenv(KEY_VARIABLE), data));
  }

  private static byte[] key(@Nullable String fromEnvironment, DataFolder data) {
    if (fromEnvironment == null || fromEnvironment.isBlank()) {
      return HexFormat.of().parseHex(data.secret(KEY_FILE));
    }
    if (!fromEnvironment.strip().matches("[0-9a-fA-F]{" + SignInKey.LENGTH * 2 + "}")) {
      throw new StartRefused(
          KEY_VARIABLE + " 应为 64 个十六进制字符。", KEY_VARIABLE + " takes 64 hexadecimal characters.");
    }
    return HexFormat.of().parseHex(fromEnvironment.strip());
  }

  @Bean
  Sql signInTables(DataSource database) {
    return new Sql(database);
  }

  @Bean
  StoreRegistry storeRegistry(
      ObjectProvider<RecordStore> store, DataSource database, Licences licences, Clock clock) {
    return new StoreRegistry(
        store::getObject,
        (practitioner, institution) ->
            mayPractise(database, licences, practitioner, institution, clock.instant()));
  }

  /** By the provider registry, at this moment. */
  private static boolean mayPractise(
      DataSource database, Licences licences, String practitioner, String institution, Instant at) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return licences.holds(connection, practitioner, institution, at);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Bean
  SignIn signIn(
      DataSource database,
      SignInKey key,
      Clock clock,
      StoreRegistry registry,
      AccessSettings settings,
      Grants grants) {
    SignIn signIn =
        new SignIn(database, key, clock, registry, settings.production(), settings.demoAllowed());
    signIn.sessions().onEnd(grants::endOfSession);
    // A new password or a locked account: apps that go on without a session stop too.
    signIn.sessions().onEndAll(grants::endOffline);
    return signIn;
  }

  @Bean
  Presence presence(SignIn signIn, Clock clock) {
    return new Presence(signIn.sessions()::proved, within(System.getenv(PROOF_VARIABLE)), clock);
  }

  /**
   * @throws StartRefused for what is no number of minutes from 1 to 720
   */
  static Duration within(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Presence.USUAL;
    }
    int minutes = text.strip().matches("\\d{1,3}") ? Integer.parseInt(text.strip()) : 0;
    if (minutes < 1 || minutes > Sessions.LONGEST.toMinutes()) {
      throw new StartRefused(
          PROOF_VARIABLE + " 应为 1 到 720 的分钟数。",
          PROOF_VARIABLE + " takes a number of minutes from 1 to 720.");
    }
    return Duration.ofMinutes(minutes);
  }

  @Bean
  Grants grants(Sql sql, SignInKey key, Clock clock) {
    return new Grants(sql, key, clock);
  }

  @Bean
  Clients clients(Sql sql, SignInKey key, Clock clock) {
    return new Clients(sql, key, clock);
  }

  @Bean
  SigningKeys signingKeys(Sql sql, SignInKey key, Clock clock) {
    return new SigningKeys(sql, key, clock);
  }

  @Bean
  Launches launches(SignIn signIn, Grants grants) {
    return new Launches(signIn, grants);
  }

  @Bean
  Callers callers(SignIn signIn, Grants grants, Clients clients, Clock clock) {
    return new Callers(signIn, grants, clients, clock);
  }

  /** Absent unless an outside provider's access tokens are to be taken. */
  @Bean
  @Nullable OutsideTokens outsideTokens(SignIn signIn, Callers callers, AccessSettings settings) {
    AccessSettings.Outside provider = settings.outside();
    return provider == null || provider.audience() == null
        ? null
        : new OutsideTokens(signIn, callers, provider);
  }

  @Bean
  Transport transport(AccessSettings settings) {
    return new Transport(settings.proxies());
  }

  @Bean
  BrowserSessions browserSessions(SignIn signIn, Transport transport) {
    return new BrowserSessions(signIn, transport);
  }

  @Bean
  FilterRegistrationBean<SignInDoor> signInDoor(
      ApplicationContext application, Transport transport) {
    var registration = new FilterRegistrationBean<>(new SignInDoor(application, transport));
    registration.addUrlPatterns(SignInDoor.PATHS);
    registration.setOrder(AccessFilter.ORDER + 10);
    return registration;
  }

  @Bean
  ServletRegistrationBean<SmartConfiguration> smartConfiguration(AccessSettings settings) {
    var registration =
        new ServletRegistrationBean<>(
            new SmartConfiguration(settings), "/fhir/.well-known/smart-configuration");
    registration.setName("smartConfiguration");
    return registration;
  }

  @Bean
  Sweeping sweeping(SignIn signIn, Grants grants) {
    return new Sweeping(signIn, grants);
  }
}
