package health.helan.app.signing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Signatures to look at in the demo region: the demo doctors and pharmacists get certificates of
 * the demo authority and can sign; the newest reports of one laboratory are signed with its seal.
 */
@Component
public final class DemoSignatures {
  private static final List<String> SIGNERS =
      List.of("doctor1", "doctor2", "pharmacist1", "pharmacist2");
  private static final String REPORTS = "12";
  private static final String BY = "demo-signatures";

  private final RecordStore store;
  private final SignIn signIn;
  private final Signers signers;
  private final Signatures signatures;
  private final Set<String> enrolledNow = new HashSet<>();

  DemoSignatures(RecordStore store, SignIn signIn, Signers signers, Signatures signatures) {
    this.store = store;
    this.signIn = signIn;
    this.signers = signers;
    this.signatures = signatures;
  }

  /**
   * Makes what is missing; once the demo region and its accounts are in. Repeating adds nothing.
   */
  public void create() {
    for (String login : SIGNERS) {
      Account doctor = signIn.accounts().byLogin(login);
      if (doctor != null && doctor.demo() && !doctor.person().isEmpty()) {
        enrol("Practitioner/" + doctor.person(), doctor.name());
      }
    }
    String laboratory = null;
    for (SearchResult.Entry entry : newestReports()) {
      JsonNode report = Json.MAPPER.readTree(entry.resource().content());
      String performer = report.path("performer").path(0).path("reference").asString("");
      if (!performer.startsWith("Organization/")
          || laboratory != null && !laboratory.equals(performer)) {
        continue;
      }
      laboratory = performer;
      if (!enrol(performer, report.path("performer").path(0).path("display").asString("检验机构"))) {
        return; // An earlier start has signed already.
      }
      sign(performer.substring("Organization/".length()), entry.resource().id());
    }
  }

  private List<SearchResult.Entry> newestReports() {
    return store
        .search(
            Caller.platform(BY),
            new SearchRequest(
                "DiagnosticReport",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("status", "final"),
                    new SearchRequest.Parameter("_sort", "-date"),
                    new SearchRequest.Parameter("_count", REPORTS)),
                false))
        .entries();
  }

  /** True if its key is of this start. */
  private boolean enrol(String holder, String name) {
    if (enrolledNow.contains(holder)) {
      return true;
    }
    if (signers.inVault(holder, SignatureAlgorithm.SM2_SM3) != null) {
      return false;
    }
    signers.enroll(holder, name, SignatureAlgorithm.SM2_SM3, BY);
    enrolledNow.add(holder);
    return true;
  }

  private void sign(String institution, String report) {
    var laboratory =
        new Caller(BY, Caller.Role.SYSTEM, institution, Set.of(), "", Caller.Binding.NONE);
    try {
      signatures.sign(
          store,
          laboratory,
          new Signatures.Wish("DiagnosticReport", report, null, null, null, null));
    } catch (Refusal notWhole) {
      // Values of another institution: this report stays unsigned.
    }
  }
}
