// Sends three updates with node-hl7-client, an HL7 v2 sender of another stack, each when the one before is acknowledged;
// prints each acknowledgement code. node send-adt.cjs PORT PATH-OF-THE-LIBRARY
const [port, library] = process.argv.slice(2);
const { Client, Message } = require(library);

const client = new Client({ host: '127.0.0.1' });
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
  const message = new Message({ messageHeader: { msh_9_1: 'ADT', msh_9_2: 'A08', msh_10: 'node-' + number, msh_11_1: 'P' } });
  message.set('MSH.3', 'NODE');
  message.set('MSH.4', 'HOSP');
  message.set('MSH.12', '2.5');
  message.addSegment('EVN').set('1', 'A08');
  const person = message.addSegment('PID');
  person.set('3.1', 'N' + number);
  person.set('3.4', 'HOSP');
  person.set('3.5', 'MR');
  person.set('5.1', 'DOE');
  person.set('5.2', 'JANE');
  person.set('7', '19800101');
  person.set('8', 'F');
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
