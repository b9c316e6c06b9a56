// Sends three updates with node-hl7-client, an HL7 v2 sender of another stack, each when the one before is acknowledged;
// prints each acknowledgement code. node send-adt.cjs PORT PATH-OF-THE-LIBRARY
const [port, library] = process.argv.slice(2);
const { Client, HL7_2_5 } = require(library);

const client = new Client({ host: '127.0.0.1', version: '2.5' });
let sent = 0;
const connection = client.createConnection({ port: Number(port) }, async (answer) => {
  console.log('ack ' + answer.getMessage().get('MSA.1').toString());
  if (sent === 3) {
    process.exit(0);
  }
  next();
});

function next() {
  const number = ++sent;
  const message = new HL7_2_5()
    .buildMSH({ msh_3: 'NODE', msh_4: 'HOSP', msh_9_1: 'ADT', msh_9_2: 'A08', msh_10: 'node-' + number, msh_11_1: 'P' })
    .buildEVN({ evn_1: 'A08' })
    .buildPID({ pid_3: 'N' + number + '^^^HOSP^MR', pid_5: 'DOE^JANE', pid_7: new Date('1980-01-01'), pid_8: 'F' })
    .toMessage();
  connection.sendMessage(message).catch((error) => {
    console.log(error.message);
    process.exit(1);
  });
}

next();
setTimeout(() => {
  console.log('no answer');
  process.exit(1);
}, 30000);
