package health.helan.foundation.trust.audit;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET [base]/$audit-seal}: the last seal of the audit, for whoever keeps it elsewhere, so
 * that nothing sealed before can be removed unnoticed. Parameters: {@code body}, {@code signature}
 * (Base64), {@code certificate} (Base64 of the DER). For operators and regulators.
 */
public final class SealOperation implements FhirOperation {
  private final DataSource dataSource;

  public SealOperation(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "audit-seal",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/audit-seal");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    try (Connection connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement(
                """
                select s.body, s.signature, c.certificate from audit_seal s
                join audit_certificate c on c.fingerprint = split_part(s.body, E'\\n', 5)
                order by s.number desc limit 1""");
        var row = statement.executeQuery()) {
      if (row.next()) {
        ArrayNode parameters = answer.putArray("parameter");
        parameters.addObject().put("name", "body").put("valueString", row.getString(1));
        for (int i = 2; i <= 3; i++) {
          parameters
              .addObject()
              .put("name", i == 2 ? "signature" : "certificate")
              .put("valueBase64Binary", Base64.getEncoder().encodeToString(row.getBytes(i)));
        }
      }
      return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
