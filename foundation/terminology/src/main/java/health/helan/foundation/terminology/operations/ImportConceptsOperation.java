package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * {@code POST CodeSystem/$import-concepts}: a chunk of a large code system on its way in, with
 * {@code load} (a name that the sender makes up, once for each load), {@code chunk} (its number,
 * from 0) and {@code rows} (JSON: an array of arrays of strings: code, Chinese, English, code
 * above, {@code inactive} or empty, then names and values of properties). The same chunk may be
 * sent again. The load ends with the CodeSystem, written as ever, that names it in the extension
 * {@code loaded-concepts}.
 */
final class ImportConceptsOperation extends Asking {
  private static final int MOST_ROWS = 20_000;

  ImportConceptsOperation(Terminology terminology) {
    super(terminology);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "import-concepts",
        Set.of(Level.TYPE),
        Set.of("CodeSystem"),
        true,
        "https://helan.health/fhir/OperationDefinition/CodeSystem-import-concepts");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "import-concepts");
    In in = new In(call);
    String load = in.need("load");
    if (!load.matches("[A-Za-z0-9.-]{8,64}")) {
      throw In.wrong("load");
    }
    int chunk = in.number("chunk", -1);
    if (chunk < 0) {
      throw In.missing("chunk");
    }
    JsonNode rows;
    try {
      rows = Json.MAPPER.readTree(in.need("rows"));
    } catch (JacksonException e) {
      throw In.wrong("rows");
    }
    if (!rows.isArray() || rows.isEmpty() || rows.size() > MOST_ROWS) {
      throw In.wrong("rows");
    }
    int number = 0;
    for (JsonNode row : rows) {
      boolean broken = !row.isArray() || row.size() < 2 || row.path(0).asString("").isBlank();
      for (JsonNode cell : row) {
        broken |= !cell.isString() || cell.stringValue().indexOf('\0') >= 0;
      }
      if (broken) {
        throw new Refusal(
            Refusal.Kind.VALUE, "Parameters.parameter", "terms.row-broken", new Object[] {number});
      }
      number++;
    }
    return new Out().number("kept", terminology.staging().keep(load, chunk, rows)).answer();
  }
}
