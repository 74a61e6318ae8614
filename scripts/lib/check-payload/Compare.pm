# SPDX-License-Identifier: MIT
#
# Is a payload the patched compile? From each function that it replaces, everything that
# belongs to it is followed: bytes, references, and its entries in the kernel's tables.
#
# A comparison ($c) is of one source file: {after}, {before}: the compiles; {origin}: of
# the original in {shipped}; {ko}: the payload; {replaced}: names of functions that it
# replaces. Findings are kept in {wrong}.
package Compare;
use strict;
use warnings;
use integer;

use Elf;
use Shipped;
use Origin;

# Tables about code: how many references an entry has, and which names its function.
my %TABLE = (
	'__bug_table' => [2, 0], '__ex_table' => [2, 0], '__jump_table' => [3, 0],
	'.altinstructions' => [2, 0], '.parainstructions' => [1, 0], '.smp_locks' => [1, 0],
	'__mcount_loc' => [1, 0], '.altinstr_aux' => [3, 1],
);

# Statics that each compile may have for itself.
my $OWN = qr/^(__key|__warned|__already_done|__func__|__FUNCTION__|__PRETTY_FUNCTION__|_rs|
	       CSWTCH|_entry|_entry_ptr|descriptor|__msg|__print_once|C|
	       __UNIQUE_ID_ddebug\d+)\.\d+$/x;

sub wrong
{
	my ($c, $where, $what) = @_;

	push @{$c->{wrong}}, "$where: $what";
}

# entry_size(TABLE, REFERENCES): 0: it has no entries
sub entry_size
{
	my ($sec, $n) = @_;

	return @{$sec->{relas}} ? $sec->{size} * $n / @{$sec->{relas}} : 0;
}

# counterpart(C, SYMBOL): the original's symbol that a symbol of the changed compile is.
# A static local has a number that says nothing: its base name decides if there is but
# one, or if a function uses but one of that name before and after.
sub counterpart
{
	my ($c, $sym) = @_;
	my @old = grep { $_->{sec} && $_->{type} == $sym->{type} } @{$c->{before}{syms}};
	my $base = Elf::base_name($sym->{name});
	my @new;

	if ($base eq $sym->{name}) {
		@old = grep { $_->{name} eq $base } @old;
		return @old == 1 ? $old[0] : undef;
	}
	@old = grep { $_->{name} ne $base && Elf::base_name($_->{name}) eq $base } @old;
	@new = grep { $_->{sec} && $_->{name} ne $base && Elf::base_name($_->{name}) eq $base }
	       @{$c->{after}{syms}};
	return $old[0] if @old == 1 && @new == 1;
	return same_user($c, $sym, $base);
}

# used_by(ELF, BASE): {function} = names of statics BASE.N in the order of their use
sub used_by
{
	my ($elf, $base) = @_;
	my %used;

	for my $sec (grep { $_->{flags} & Elf::EXEC } @{$elf->{secs}}) {
		my $function = Elf::only_thing($sec) or next;

		for my $r (@{$sec->{relas}}) {
			my ($to) = Elf::target($r);
			my $thing = $to ? Elf::only_thing($to) : undef;

			push @{$used{$function->{name}}}, $thing->{name}
				if $thing && $thing->{name} ne $base &&
				   Elf::base_name($thing->{name}) eq $base &&
				   !grep { $_ eq $thing->{name} } @{$used{$function->{name}}};
		}
	}
	return \%used;
}

sub same_user
{
	my ($c, $sym, $base) = @_;
	my ($old, $new) = (used_by($c->{before}, $base), used_by($c->{after}, $base));
	my %found;

	for my $function (grep { $old->{$_} } keys %$new) {
		my @n = @{$new->{$function}};
		my @o = @{$old->{$function}};

		next unless @n == @o && grep { $_ eq $sym->{name} } @n;
		for my $i (0 .. $#n) {
			$found{$o[$i]} = 1 if $n[$i] eq $sym->{name};
		}
	}
	my ($name) = keys %found;
	return undef if keys %found != 1;
	return (grep { $_->{sec} && $_->{name} eq $name } @{$c->{before}{syms}})[0];
}

# meant(C, RELA): the shipped address that a reference of the changed compile means, if it
# is to something outside of the payload. Or why that is not known.
sub meant
{
	my ($c, $r) = @_;
	my ($sec, $offset) = Elf::target($r);
	my ($sym, $old, $addr, $why);

	if (!$sec) {
		$addr = Origin::external($c->{origin}, $r->{sym}{name});
		return $addr ? Shipped::plus($addr, $offset) : (undef, "nobody has that symbol");
	}
	$sym = Elf::only_thing($sec);
	return shared($c, $sec, $offset, $r) unless $sym;
	$old = counterpart($c, $sym);
	return (undef, "the original has no $sym->{name}, or several") unless $old;
	($addr, $why) = Origin::symbol($c->{origin}, $old->{name}, $old->{type});
	return (undef, $why) unless $addr;
	return Shipped::plus($addr, $offset - $sym->{value});
}

sub layout
{
	return join ' ', map { Elf::base_name($_->{name}) . "=$_->{value}" } Elf::things($_[0]);
}

# A section with several variables: it must look the same in the original.
sub shared
{
	my ($c, $sec, $offset, $r) = @_;
	my ($old) = grep { $_->{name} eq $sec->{name} } @{$c->{origin}{elf}{secs}};
	my ($sym, $addr, $why);

	# A reference by a name that there is but once needs nothing of the section.
	$sym = $r->{sym}{type} == Elf::SECTION ? undef : counterpart($c, $r->{sym});
	if ($sym) {
		($addr, $why) = Origin::symbol($c->{origin}, $sym->{name}, $sym->{type});
		return $addr ? Shipped::plus($addr, $offset - $r->{sym}{value}) : (undef, $why);
	}
	return (undef, "section $sec->{name} is not the original's")
		unless $old && layout($old) eq layout($sec);
	return (undef, "where $sec->{name} lies is not known")
		unless $c->{origin}{at}{$old->{i}};
	return Shipped::plus($c->{origin}{at}{$old->{i}}, $offset);
}

# given(C, PLACE): where the payload's relocation there leads in the shipped kernel,
# addend included. Or why it leads nowhere.
sub given
{
	my ($c, $moved, $plain) = @_;
	my ($addr, $why);

	if ($plain) {
		$addr = Shipped::exported($c->{shipped}, $plain->{sym}{name});
		return $addr ? Shipped::plus($addr, $plain->{addend}) :
			       (undef, "vmlinux does not export $plain->{sym}{name}");
	}
	if ($moved->{object} eq $c->{shipped}{object}) {
		($addr, $why) = Shipped::resolve($c->{shipped}, $moved->{name}, $moved->{sympos});
	} elsif ($moved->{object} eq 'vmlinux') {
		($addr, $why) = Shipped::resolve($c->{shipped}{kernel}, $moved->{name},
						 $moved->{sympos});
		$addr = ["U:$moved->{name}", 0]
			if Shipped::same($addr, Shipped::global($c->{shipped}{kernel},
								$moved->{name}));
	} else {
		(my $owner = $c->{shipped}{owner}{$moved->{name}} || '') =~ s,.*/,,;
		$owner =~ tr/-/_/;
		$addr = ["U:$moved->{name}", 0] if $owner eq $moved->{object} && !$moved->{sympos};
		$why = "$moved->{object} does not export it";
	}
	return $addr ? Shipped::plus($addr, $moved->{addend}) : (undef, "$moved->{name}: $why");
}

sub is_branch
{
	my ($sec, $r) = @_;
	my $at = $r->{offset};

	return 0 unless $sec->{flags} & Elf::EXEC && $Elf::PCREL{$r->{type}} && $at;
	return 1 if substr($sec->{data}, $at - 1, 1) =~ /[\xe8\xe9]/;
	return $at > 1 && substr($sec->{data}, $at - 2, 2) =~ /^\x0f[\x80-\x8f]/s;
}

# What another touched file defines, and its original does not, is of the payload, too.
sub check_peer
{
	my ($c, $r, $to, $at, $where) = @_;
	my $name = $r->{sym}{name};

	for my $peer (grep { $_ != $c && %{$_->{origin}{at}} } @{$c->{peers}}) {
		my ($sym) = grep { $_->{sec} && $_->{bind} == Elf::GLOBAL && $_->{name} eq $name }
			    @{$peer->{after}{syms}};

		next if !$sym || grep { $_->{sec} && $_->{name} eq $name } @{$peer->{before}{syms}};
		return queue($peer, $sym->{sec}, 0, $sym->{sec}{size}, $to,
			     $at - $r->{addend} - $sym->{value}, $where);
	}
	wrong($c, $where, "leads into the payload, and $name is outside");
}

# Is the payload's reference to something of its own the changed compile's?
sub check_inside
{
	my ($c, $sec, $r, $to, $at, $where) = @_;
	my ($mine, $offset) = Elf::target($r);
	my ($sym, $start);

	# What mend-build has made for the code of a diff.
	return if !$mine && $r->{sym}{name} eq 'mend_this_patch' &&
		  grep { $_->{name} eq 'mend_this_patch' && $_->{value} == $at - $r->{addend} }
		       @{$to->{syms}};
	return check_peer($c, $r, $to, $at, $where) unless $mine;
	$sym = Elf::only_thing($mine);
	wrong($c, $where, "has the address of the new $sym->{name} instead of the original's")
		if $sym && $sym->{type} == Elf::FUNC && $c->{replaced}{$sym->{name}} &&
		   !is_branch($sec, $r) && !$TABLE{$sec->{name}} &&
		   $offset + Elf::bias($sec, $r) == $sym->{value};
	wrong($c, $where, "$sym->{name} is the kernel's, and the payload has a copy")
		if $sym && $sym->{type} == Elf::OBJECT && $mine->{flags} & Elf::WRITE &&
		   $sym->{name} !~ $OWN && counterpart($c, $sym);
	if ($mine->{name} eq '.altinstr_replacement') {
		return;		# compared with its entry, which knows its length
	} elsif ($TABLE{$mine->{name}}) {
		my $size = entry_size($mine, $TABLE{$mine->{name}}[0]);

		$start = ($offset + Elf::bias($sec, $r)) / $size * $size;
		queue($c, $mine, $start, $size, $to, $at - $offset + $start, $where);
	} elsif ($mine->{name} eq '__dyndbg') {
		$sym = Elf::covering($mine, $offset + Elf::bias($sec, $r)) or
			return wrong($c, $where, "refers to no descriptor in __dyndbg");
		queue($c, $mine, $sym->{value}, $sym->{size}, $to,
		      $at - $offset + $sym->{value}, $where);
	} else {
		queue($c, $mine, 0, $mine->{size}, $to, $at - $offset, $where);
	}
}

# Everything is compared once; the copy of one thing must be one thing.
sub queue
{
	my ($c, $sec, $start, $size, $to, $at, $where) = @_;
	my $key = "$sec->{i}+$start";
	my $place = "$to->{i}+$at";

	return wrong($c, $where, "$sec->{name} is in the payload twice")
		if $c->{copy}{$key} && $c->{copy}{$key} ne $place;
	return if $c->{copy}{$key};
	$c->{copy}{$key} = $place;
	push @{$c->{queue}}, [$sec, $start, $size, $to, $at];
}

sub check_rela
{
	my ($c, $sec, $r, $to, $at, $where) = @_;
	my ($moved, $plain) = ($to->{moved}{$at}, $to->{rela_at}{$at});
	my $there = $moved || $plain;
	my ($meant, $given, $why);

	return wrong($c, $where, 'nothing is written there, or twice') if !$moved == !$plain;
	$there->{seen} = 1;
	return wrong($c, $where, "type $there->{type} instead of $r->{type}")
		if $Elf::WIDTH{$there->{type}} != $Elf::WIDTH{$r->{type}} ||
		   !$Elf::PCREL{$there->{type}} != !$Elf::PCREL{$r->{type}} ||
		   ($there->{type} != $r->{type} && !$Elf::PCREL{$r->{type}});
	return check_inside($c, $sec, $r, Elf::target($plain), $where)
		if $plain && $plain->{sym}{sec};
	# Of mend.ko's own, the name is all there is.
	return if $plain && !$r->{sym}{sec} && $r->{sym}{name} =~ /^mend_/ &&
		  $plain->{sym}{name} eq $r->{sym}{name} && $plain->{addend} == $r->{addend};
	($given, $why) = given($c, $moved, $plain);
	return wrong($c, $where, $why) unless $given;
	($meant, $why) = meant($c, $r);
	return wrong($c, $where, "$r->{sym}{name}: $why") unless $meant;
	wrong($c, $where, sprintf('leads to %s at %s, and %s at %s is meant',
				  ($moved || $plain->{sym})->{name}, Shipped::show($given),
				  $r->{sym}{name}, Shipped::show($meant)))
		unless Shipped::same($given, $meant);
}

sub check_range
{
	my ($c, $sec, $start, $size, $to, $at) = @_;
	my $nops = $c->{nops}{$sec->{i}} || {};
	my (%mine, $diff);

	return wrong($c, $sec->{name}, 'lies outside of the payload')
		if $at < 0 || $at + $size > $to->{size};
	push @{$to->{covered}}, [$at, $at + $size];
	return wrong($c, $sec->{name}, 'has become another kind of section')
		if ($sec->{flags} ^ $to->{flags}) & (Elf::WRITE | Elf::EXEC | Elf::ALLOC);
	if (defined $sec->{data} && $size) {
		$diff = Origin::first_difference($sec, $start, $size,
						 substr($to->{data} // "\0" x $to->{size}, $at,
							$size), $nops);
		wrong($c, sprintf('%s+%#x', $sec->{name}, $diff), 'another byte') if defined $diff;
	} elsif ($size && defined $to->{data} &&
		 substr($to->{data}, $at, $size) =~ /[^\0]/) {
		wrong($c, $sec->{name}, 'is not zero');
	}
	for my $r (Elf::relas_in($sec, $start, $size)) {
		next if Origin::inside_nop($nops, $r->{offset});
		$mine{$at + $r->{offset} - $start} = 1;
		check_rela($c, $sec, $r, $to, $at + $r->{offset} - $start,
			   sprintf('%s+%#x', $sec->{name}, $r->{offset}));
	}
	for my $extra (grep { $_ >= $at && $_ < $at + $size && !$mine{$_} }
		       keys %{$to->{rela_at}}, keys %{$to->{moved}}) {
		wrong($c, sprintf('%s+%#x', $sec->{name}, $extra - $at + $start),
		      'something is written where the compiler wrote bytes');
	}
}

# entries(TABLE, SECTION, START, SIZE): where those about this code begin, in their order
sub entries
{
	my ($table, $shape, $sec, $start, $size) = @_;
	my ($n, $owner) = @{$TABLE{$shape->{name}}};
	my $entry = entry_size($shape, $n) or return ();
	my $field = $shape->{relas}[$owner]{offset} % $entry;
	my @found;

	for my $r (grep { $_->{type} && $_->{offset} % $entry == $field } @{$table->{relas}}) {
		my ($to, $at) = Elf::target($r);

		push @found, $r->{offset} - $field
			if $to && $to == $sec && $at >= $start && $at < $start + $size;
	}
	return @found;
}

sub check_alternative
{
	my ($c, $table, $start, $size, $to, $at) = @_;
	my $len = ord(substr($table->{data}, $start + $size - 1, 1)) or return;
	my ($mine) = (Elf::relas_in($table, $start, $size))[1];
	my ($its) = (Elf::relas_in($to, $at, $size))[1] or return;
	my ($sec, $offset) = Elf::target($mine);
	my ($there, $place) = Elf::target($its);

	return wrong($c, $table->{name}, 'an alternative leads out of the payload') unless $there;
	queue($c, $sec, $offset, $len, $there, $place, $table->{name});
}

# Is that of a module? Its keys may come later than the payload.
sub is_modules
{
	my ($c, $r) = @_;
	my ($addr) = meant($c, $r);

	return 0 if !$addr || $addr->[0] eq '';
	return $addr->[0] !~ /^U:(.*)/ || ($c->{shipped}{owner}{$1} || 'vmlinux') ne 'vmlinux';
}

# A trace event of a module is left out: its jump stays the NOP that it is when off.
sub may_be_absent
{
	my ($c, $table, $at, $size) = @_;
	my ($key) = (Elf::relas_in($table, $at, $size))[2];

	return $table->{name} eq '__jump_table' && $key && !($key->{addend} & 1) &&
	       $key->{sym}{name} =~ /^__tracepoint_/ && is_modules($c, $key);
}

sub check_tables
{
	my ($c, $sec, $to, $at) = @_;

	for my $table (grep { $TABLE{$_->{name}} && $_->{size} } @{$c->{after}{secs}}) {
		my $size = entry_size($table, $TABLE{$table->{name}}[0]) or next;
		my ($there) = grep { $_->{name} eq $table->{name} } @{$c->{ko}{secs}};
		my @mine = grep { !may_be_absent($c, $table, $_, $size) }
			   entries($table, $table, $sec, 0, $sec->{size});
		my @its = $there ? entries($there, $table, $to, $at, $sec->{size}) : ();

		wrong($c, $sec->{name}, scalar(@its) . " entries in $table->{name} instead of " .
					scalar(@mine)) if @mine != @its;
		while (@mine && @its) {
			my ($m, $i) = (shift @mine, shift @its);

			queue($c, $table, $m, $size, $there, $i, $sec->{name});
			check_alternative($c, $table, $m, $size, $there, $i)
				if $table->{name} eq '.altinstructions';
		}
	}
}

# What objtool has to say about certain calls: {table} = which
my %SITES = (
	'.static_call_sites' => qr/^__SCT__/, '.retpoline_sites' => qr/^__x86_indirect_/,
	'.return_sites' => qr/^__x86_return_thunk/,
);

sub sites
{
	my ($ko, $name, $to, $at, $size) = @_;
	my ($table) = grep { $_->{name} eq $name } @{$ko->{secs}};
	my (%found, $step);

	return \%found unless $table;
	$step = $name eq '.static_call_sites' ? 8 : 4;
	for my $r (grep { $_->{type} && $_->{offset} % $step == 0 } @{$table->{relas}}) {
		my ($sec, $offset) = Elf::target($r);

		$found{$offset - $at} = $r->{offset}
			if $sec && $sec == $to && $offset >= $at && $offset < $at + $size;
	}
	$found{table} = $table;
	return \%found;
}

# A key is named like its trampoline, which stands for it where only that is exported.
sub check_key
{
	my ($c, $table, $at, $call, $where) = @_;
	my $there = $table->{moved}{$at} || $table->{rela_at}{$at};
	my $name = $there ? $there->{name} // $there->{sym}{name} : '';

	return wrong($c, $where, "its static call's key is '$name'")
		unless $name =~ /^__SC[KT]__\Q$call\E$/;
	$there->{seen} = 1;
	if ($table->{moved}{$at}) {
		my ($given, $why) = given($c, { %$there, addend => 0 }, undef);

		wrong($c, $where, "its static call's key: $why") unless $given;
	}
}

sub check_sites
{
	my ($c, $sec, $to, $at) = @_;

	for my $name (sort keys %SITES) {
		my $found = sites($c->{ko}, $name, $to, $at, $sec->{size});
		my $table = delete $found->{table};

		for my $r (grep { $_->{type} && $_->{sym}{name} =~ $SITES{$name} &&
				  is_branch($sec, $_) } @{$sec->{relas}}) {
			my $where = sprintf('%s+%#x', $sec->{name}, $r->{offset});
			my $entry;

			# A conditional jump has two bytes in front of its distance.
			($entry) = grep { defined } map { delete $found->{$r->{offset} - $_} }
				   1, 2;
			if (!defined $entry) {
				# A trampoline leads to the right place by itself.
				wrong($c, $where, "is not in $name")
					unless $name =~ /static_call/ && is_modules($c, $r);
			} elsif ($r->{sym}{name} =~ /^__SCT__(.*)/) {
				check_key($c, $table, $entry + 4, $1, $where);
			}
		}
		wrong($c, $sec->{name}, "$name names code that is no such call")
			if keys %$found;
	}
}

sub check_orc
{
	my ($c, $sec, $to, $at) = @_;
	my ($table) = grep { $_->{name} eq '.orc_unwind_ip' } @{$c->{ko}{secs}};

	return if $table && grep {
		my ($its, $offset) = Elf::target($_);

		$its && $its == $to && $offset == $at
	} @{$table->{relas}};
	wrong($c, $sec->{name}, 'cannot be unwound: it has no ORC entry');
}

# function(C, RECORD): the one that the payload has for a struct mend_func
sub function
{
	my ($c, $record) = @_;
	my ($sym) = grep { $_->{type} == Elf::FUNC && $_->{sec} && $_->{name} eq $record->{name} }
		    @{$c->{after}{syms}};
	my ($addr, $why, $old);

	return wrong($c, $record->{name}, 'the changed source has no such function') unless $sym;
	($addr, $why) = Shipped::resolve($c->{shipped}, $record->{name}, $record->{sympos});
	return wrong($c, $record->{name}, $why) unless $addr;
	($old, $why) = Origin::symbol($c->{origin}, $record->{name}, Elf::FUNC);
	return wrong($c, $record->{name}, $why) unless $old;
	wrong($c, $record->{name}, sprintf('replaces %s, and the original is at %s',
					   Shipped::show($addr), Shipped::show($old)))
		unless Shipped::same($addr, $old);
	queue($c, $sym->{sec}, 0, $sym->{sec}{size}, $record->{sec},
	      $record->{offset} - $sym->{value}, $record->{name});
}

# callback(C, CALLBACK): a function that is new, whatever it is called in the payload
sub callback
{
	my ($c, $callback, $sym) = @_;

	queue($c, $sym->{sec}, 0, $sym->{sec}{size}, $callback->{sec},
	      $callback->{offset} - $sym->{value}, $callback->{name});
}

# run(C): until nothing is left
sub run
{
	my ($c) = @_;

	while (my $next = shift @{$c->{queue}}) {
		my ($sec, $start, $size, $to, $at) = @$next;

		check_range($c, @$next);
		$c->{compared} += $size;
		next unless $sec->{flags} & Elf::EXEC && $sec->{name} =~ /^\.text/;
		check_tables($c, $sec, $to, $at);
		check_sites($c, $sec, $to, $at);
		check_orc($c, $sec, $to, $at);
	}
}

1;
