/** Integer tensors as the encoder does not write them: listed in int32_data, whatever the element type. */
import { WireWriter } from '../../src/onnx/wire-writer.js';

const TYPE_NUMBER = { uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, bool: 9 } as const;

type Tensor = (writer: WireWriter) => void;

/** A tensor `k` of one integer, stored in int32_data. */
export function listedIntegers(type: keyof typeof TYPE_NUMBER, value: number): Tensor {
  return (writer) => {
    writer.int(1, 1).int(2, TYPE_NUMBER[type]).string(8, 'k');
    writer.int(5, value);
  };
}

/** The model y = x * float(k) for two inputs. */
export function timesInteger(tensor: Tensor): Uint8Array {
  const model = new WireWriter();
  model.int(1, 8);
  model.message(7, (graph) => {
    graph.message(1, (cast) => {
      cast.string(1, 'k').string(2, 'f').string(4, 'Cast');
      cast.message(5, (to) => to.string(1, 'to').int(3, 1).int(20, 2));
    });
    graph.message(1, (mul) => mul.string(1, 'x').string(1, 'f').string(2, 'y').string(4, 'Mul'));
    graph.string(2, 'graph');
    graph.message(5, tensor);
    for (const [field, name] of [
      [11, 'x'],
      [12, 'y'],
    ] as const) {
      graph.message(field, (info) => {
        info.string(1, name);
        info.message(2, (type) =>
          type.message(1, (inner) => {
            inner.int(1, 1);
            inner.message(2, (shape) => {
              for (const dim of [1, 2]) shape.message(1, (entry) => entry.int(1, dim));
            });
          }),
        );
      });
    }
  });
  model.message(8, (opset) => opset.string(1, '').int(2, 13));
  return model.finish();
}
