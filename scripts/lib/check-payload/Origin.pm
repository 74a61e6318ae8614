# SPDX-License-Identifier: MIT
#
# Where an object lies in the shipped kernel. The original, compiled as the kernel was,
# is laid over the shipped bytes; what the linker has written at each of its relocations
# says where everything is that it refers to.
package Origin;
use strict;
use warnings;
use integer;

use Elf;
use Shipped;

# Jumps of jump labels that objtool turns into NOPs: {section index}{offset} = length.
sub nops
{
	my ($elf) = @_;
	my ($table) = grep { $_->{name} eq '__jump_table' } @{$elf->{secs}};
	my %nops;

	return \%nops unless $table;
	my @relas = @{$table->{relas}};
	while (my ($site, $dest, $key) = splice(@relas, 0, 3)) {
		my ($sec, $at) = Elf::target($site);
		my $op;

		next unless $key->{addend} & 2;
		$op = ord(substr($sec->{data}, $at, 1));
		$nops{$sec->{i}}{$at} = $op == 0xeb ? 2 : $op == 0xe9 ? 5 : 0;
	}
	return \%nops;
}

my %NOP = (2 => "\x66\x90", 5 => "\x0f\x1f\x44\0\0");

# same_code(SECTION, START, SIZE, BYTES, NOPS): but for relocations and such NOPs.
# Returns the first offset that differs; none: the same.
sub first_difference
{
	my ($sec, $start, $size, $bytes, $nops) = @_;
	my $mine = substr($sec->{data}, $start, $size);

	for my $r (Elf::relas_in($sec, $start, $size)) {
		my $width = $Elf::WIDTH{$r->{type}};

		substr($mine, $r->{offset} - $start, $width, "\0" x $width);
		substr($bytes, $r->{offset} - $start, $width, "\0" x $width)
			unless inside_nop($nops, $r->{offset});
	}
	for my $at (grep { $_ >= $start && $_ < $start + $size } keys %{$nops || {}}) {
		substr($mine, $at - $start, $nops->{$at}, $NOP{$nops->{$at}})
			if $nops->{$at};
	}
	return undef if $mine eq $bytes;
	my $at = 0;
	$at++ while substr($mine, $at, 1) eq substr($bytes, $at, 1);
	return $start + $at;
}

sub inside_nop
{
	my ($nops, $offset) = @_;

	return grep { $nops->{$_} && $offset > $_ && $offset < $_ + $nops->{$_} }
	       keys %{$nops || {}};
}

# Every place where the whole section fits.
sub places
{
	my ($o, $sec) = @_;
	my (%tried, @fit);

	for my $sym (grep { $_->{type} == Elf::FUNC } @{$sec->{syms}}) {
		for my $addr (Shipped::named($o->{shipped}, $sym->{name})) {
			my $base = Shipped::plus($addr, -$sym->{value});
			my $bytes;

			next if $tried{"@$base"}++;
			$bytes = Shipped::bytes($o->{shipped}, $base, $sec->{size});
			push @fit, $base
				if defined $bytes &&
				   !defined first_difference($sec, 0, $sec->{size}, $bytes,
							     $o->{nops}{$sec->{i}});
		}
	}
	return @fit;
}

sub learn
{
	my ($o, $what, $addr) = @_;
	my $known = $o->{at}{$what};

	push @{$o->{queue}}, $what if !$known && $what !~ /^U:/;
	$o->{at}{$what} = $addr unless $known;
	push @{$o->{conflicts}}, "$what is at " . Shipped::show($known) . ' and at ' .
				 Shipped::show($addr)
		if $known && !Shipped::same($known, $addr);
}

# Tables are sorted when a kernel is linked, equal strings become one.
sub tells
{
	my ($sec) = @_;

	return defined $sec->{data} && $sec->{flags} & Elf::ALLOC &&
	       !($sec->{flags} & Elf::MERGE) &&
	       $sec->{name} =~ /^\.(text|data|rodata|noinstr|cpuidle|sched|kprobes|spinlock|ref)/;
}

sub follow
{
	my ($o, $sec) = @_;
	my $base = $o->{at}{$sec->{i}};

	for my $r (@{$sec->{relas}}) {
		my ($to, $offset) = Elf::target($r);
		my $read;

		next if !$r->{type} || $r->{sym}{abs} ||
			inside_nop($o->{nops}{$sec->{i}}, $r->{offset});
		$read = Shipped::reading($o->{shipped}, Shipped::plus($base, $r->{offset}), $r);
		if (!$read) {
			push @{$o->{conflicts}}, "$sec->{name}+$r->{offset} has no counterpart";
		} elsif (!$to) {
			learn($o, "U:$r->{sym}{name}", Shipped::plus($read, -$offset));
		} elsif (!($to->{flags} & Elf::MERGE) && $r->{sym}{bind} != 2) {
			learn($o, $to->{i}, Shipped::plus($read, -$offset));
		}
	}
}

# origin(EXACT, SHIPPED)
sub origin
{
	my ($exact, $shipped) = @_;
	my $o = { elf => $exact, shipped => $shipped, nops => nops($exact), at => {},
		  queue => [], conflicts => [] };

	for my $sec (@{$exact->{secs}}) {
		my @fit;

		next unless $sec->{flags} & Elf::EXEC && $sec->{size} && tells($sec);
		@fit = places($o, $sec);
		learn($o, $sec->{i}, $fit[0]) if @fit == 1;
	}
	while (defined(my $i = shift @{$o->{queue}})) {
		follow($o, $exact->{secs}[$i]) if tells($exact->{secs}[$i]);
	}
	return $o;
}

# symbol(ORIGIN, NAME, TYPE): the shipped address of one that the original defines
sub symbol
{
	my ($o, $name, $type) = @_;
	my @found = grep { $_->{sec} && $_->{type} == $type && $_->{name} eq $name }
			 @{$o->{elf}{syms}};

	return (undef, "the original has " . scalar(@found) . " of the name $name")
		if @found != 1;
	# Of a weak one, the name decides.
	return (Shipped::global($o->{shipped}, $name), undef) if $found[0]{bind} == 2;
	my $base = $o->{at}{$found[0]{sec}{i}};
	# What nothing refers to is known by its name alone.
	if (!$base) {
		my ($only, $why) = Shipped::resolve($o->{shipped}, $name, 0);

		return ($only, $why && "$name is not where the original leads, and $why");
	}
	return (Shipped::plus($base, $found[0]{value}), undef);
}

# external(ORIGIN, NAME): of one that it only uses
sub external
{
	my ($o, $name) = @_;

	return $o->{at}{"U:$name"} || Shipped::global($o->{shipped}, $name);
}

1;
