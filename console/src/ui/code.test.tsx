import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { CodeField } from "./code";

test("a code field is a plain field until it is focused, and changes nothing by being shown", () => {
  const told: string[] = [];
  render(<CodeField label="Payload" language="json" value={'{"a": 1}'} change={(text) => told.push(text)} />);
  const field = screen.getByLabelText<HTMLTextAreaElement>("Payload");
  expect([field.value, told]).toEqual(['{"a": 1}', []]);
  fireEvent.change(field, { target: { value: "{}" } });
  expect(told).toEqual(["{}"]);
});
