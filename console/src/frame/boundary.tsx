// Holds up what breaks in a page, so that the rail stays and leads elsewhere. A part that cannot be loaded is mostly one of an older build.
import { Component, type ReactNode } from "react";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";

interface Props {
  /** Where we are: another page begins anew. */
  at: string;
  children: ReactNode;
}

interface State {
  at: string;
  error?: Error;
}

export class Boundary extends Component<Props, State> {
  override state: State = { at: this.props.at };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.at === state.at ? null : { at: props.at, error: undefined };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const isOld = /dynamically imported|module script|preload/i.test(error.message);
    return (
      <main className="page">
        <Empty title={isOld ? "This part could not be loaded." : "This page broke."}>
          <p>{isOld ? "The network was away, or the console was renewed since it was opened." : error.message}</p>
          <Button kind="main" icon="replay" onClick={() => window.location.reload()}>
            Load it again
          </Button>
        </Empty>
      </main>
    );
  }
}
