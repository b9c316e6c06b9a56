package health.helan.app.card;

import health.helan.app.start.DataFolder;
import health.helan.demo.NamedResident;
import health.helan.foundation.residents.card.Cards;
import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.residents.card.Scene;
import health.helan.foundation.residents.card.Step;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Cards to try in the demo region: of the residents with accounts and of the children, a terminal
 * with its key in the data folder, a counter, an insurer and a payment service.
 */
@Component
public final class DemoCards {
  /** Private key of the terminal, PEM, P-256: openssl signs with it. */
  public static final String TERMINAL_KEY = "demo-terminal-key.pem";

  public static final String TERMINAL = "demo-kiosk";
  public static final String COUNTER = "demo-counter";
  private static final String INSURER = "demo-insurance";
  private static final String WALLET = "demo-payment";
  private static final List<NamedResident> RESIDENTS =
      List.of(NamedResident.MA_XIULAN, NamedResident.WANG_FANG, NamedResident.DING_ZHIMING);

  private final Cards cards;
  private final SignIn signIn;
  private final DataFolder data;

  DemoCards(Cards cards, SignIn signIn, DataFolder data) {
    this.cards = cards;
    this.signIn = signIn;
    this.data = data;
  }

  /** Makes what is missing; once the demo region and its accounts are in. */
  public List<String> create() {
    Account doctor = signIn.accounts().byLogin("doctor1");
    List<Registry.Post> posts =
        doctor == null ? List.of() : signIn.registry().posts(doctor.person());
    if (doctor == null || !doctor.demo() || posts.isEmpty()) {
      return List.of();
    }
    if (data.read(TERMINAL_KEY) != null) {
      return told();
    }
    Scans scans = new Scans(cards);
    KeyPair keys = SignatureAlgorithm.ECDSA_SHA256.newKeyPair();
    places(posts.getFirst().institution(), keys);
    for (NamedResident each : RESIDENTS) {
      Account account = signIn.accounts().byLogin(each.identityNumber());
      if (account != null && account.demo() && !account.person().isEmpty()) {
        of(account, each, scans, keys);
      }
    }
    // Last: its presence says that all the others are there.
    data.writeAtomically(TERMINAL_KEY, pem("PRIVATE", keys.getPrivate().getEncoded()));
    return told();
  }

  private static List<String> told() {
    return List.of(
        "健康码演示终端 / a terminal for health codes: %s（%s）".formatted(TERMINAL, TERMINAL_KEY));
  }

  private void places(String institution, KeyPair keys) {
    cards
        .terminals()
        .put(
            TERMINAL,
            institution,
            "门诊大厅自助机（演示）",
            Set.of(Scene.REGISTRATION, Scene.CHECK_IN, Scene.REPORT, Scene.IDENTIFY, Scene.PAYMENT),
            false,
            pem("PUBLIC", keys.getPublic().getEncoded()),
            "demo");
    cards
        .terminals()
        .put(
            COUNTER,
            institution,
            "门诊 1 号窗口（演示）",
            Set.of(Scene.CHECK_IN, Scene.IDENTIFY, Scene.PHARMACY),
            true,
            null,
            "demo");
    cards.registerParty(INSURER, "insurance", "医保经办（演示）", "demo");
    cards.registerParty(WALLET, "payment", "银行支付（演示）", "demo");
  }

  private void of(Account account, NamedResident resident, Scans scans, KeyPair keys) {
    List<String> patients = new ArrayList<>(List.of(account.person()));
    for (Accounts.Dependant each : signIn.accounts().dependants(account.id())) {
      patients.add(each.patient());
    }
    var caller =
        new Caller(
            account.id(),
            Role.RESIDENT,
            "",
            Set.of("PATRQT"),
            "",
            new Binding("", Set.of(), Set.copyOf(patients), Binding.ALL_SCOPES));
    for (String patient : patients) {
      if (cards.live(patient) == null) {
        cards.take(caller, patient, Step.APPLY, null, null);
      }
    }
    String own = account.person();
    if (resident == NamedResident.WANG_FANG) {
      scans.enrol(system(INSURER), cards.show(caller, own).text(), "YB640100-000017");
      scans.enrol(system(WALLET), cards.show(caller, own).text(), null);
    }
    scan(scans, keys, cards.show(caller, own).text());
  }

  /** As the terminal does it, so that the log has something to show. */
  private static void scan(Scans scans, KeyPair keys, String code) {
    String stamp = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    String signed =
        String.join("\n", "scan", TERMINAL, stamp, Scene.REGISTRATION.word() + "\n" + code);
    try {
      scans.scan(
          Caller.platform("demo-cards"),
          new Scans.Reading(
              TERMINAL,
              Scene.REGISTRATION,
              code,
              stamp,
              Base64.getEncoder()
                  .encodeToString(
                      SignatureAlgorithm.ECDSA_SHA256.sign(
                          keys.getPrivate(), signed.getBytes(StandardCharsets.UTF_8))),
              null));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Caller system(String client) {
    return new Caller(client, Role.SYSTEM, "", Set.of(), "", Binding.NONE);
  }

  private static String pem(String kind, byte[] key) {
    return "-----BEGIN "
        + kind
        + " KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
        + "\n-----END "
        + kind
        + " KEY-----\n";
  }
}
