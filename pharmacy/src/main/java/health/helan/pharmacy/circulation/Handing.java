package health.helan.pharmacy.circulation;

import java.time.LocalDate;
import java.util.List;

/**
 * What a shop counts out of one drug.
 *
 * @param request id of the MedicationRequest
 * @param item of the shop's stock
 * @param quantity in the unit of the prescription
 * @param batch number on the pack (批号)
 * @param expires last day on the pack
 * @param traces codes of the packs (追溯码)
 * @param opened whether the packs are given in part (拆零)
 * @param reason why another product stands in; empty for none
 */
public record Handing(
    String request,
    String item,
    int quantity,
    String batch,
    LocalDate expires,
    List<String> traces,
    boolean opened,
    String reason) {
  public Handing {
    traces = List.copyOf(traces);
  }
}
